"""Much at once: transfers over HTTP, and processes that start."""

import asyncio
import itertools
import random
from collections import Counter

from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp.operations.identity.users import ensure_admin
from bankapp.store.operator.verification import verify_ledger
from bankapp.store.store import Store
from tests.api.client import Answer, Api


async def test_a_thousand_transfers_among_ten_accounts(
    api: Api, store: Store, database_url: str
) -> None:
    """Goal: the total stays, nobody goes negative, and every refusal is for want of money.

    Method: 1,000 requests at once, each of a random pair and up to twice what an account holds.
    """
    people = [await api.person() for _ in range(10)]
    accounts = [await api.make.account(owner=person.username, balance=1_000) for person in people]
    dice = random.Random(20)

    def one() -> "asyncio.Task[Answer]":
        payer, payee = dice.sample(range(10), 2)
        amount = dice.randint(1, 2_000)
        return asyncio.ensure_future(
            people[payer].transfer(accounts[payer], accounts[payee], amount)
        )

    answers = await asyncio.gather(*(one() for _ in range(1_000)))
    outcomes = Counter(answer.status if answer.status == 201 else answer.code for answer in answers)
    assert set(outcomes) == {201, "insufficient_funds"}
    balances = [
        row.balance for account in accounts if (row := await store.accounts.get(account.id))
    ]
    assert len(balances) == 10
    assert sum(balances) == 10_000
    assert min(balances) >= 0
    assert (await verify_ledger(database_url, lambda _: None)).findings == []


async def test_each_answer_is_about_its_own_transfer(api: Api) -> None:
    """Goal: nobody gets another's answer. Method: 200 at once, each of an amount of its own."""
    people = [await api.person() for _ in range(4)]
    accounts = [await api.make.account(owner=person.username, balance=100_000) for person in people]
    moves = list(zip(itertools.cycle(range(4)), range(1, 201), strict=False))
    answers = await asyncio.gather(
        *(
            people[payer].transfer(accounts[payer], accounts[(payer + 1) % 4], amount)
            for payer, amount in moves
        )
    )
    for (payer, amount), answer in zip(moves, answers, strict=True):
        transfer, entry = answer.body["transfer"], answer.body["from_entry"]
        assert (transfer["amount"], entry["amount"]) == (amount, -amount)
        assert transfer["from_account_id"] == entry["account_id"] == accounts[payer].id
        assert answer.body["from_account"]["owner"] == people[payer].username
        assert answer.body["from_account"]["balance"] == entry["balance_after"]
    ids = {answer.body["transfer"]["id"] for answer in answers}
    assert len(ids) == 200


async def test_processes_that_start_at_once_agree_on_the_admin(bank: Bank) -> None:
    """Goal: concurrent starts agree on one admin. Method: four at once, without an admin before."""
    await asyncio.gather(*(ensure_admin(bank, "root", "a long sentence") for _ in range(4)))
    admin = await bank.store.read.users.get_user(username="root")
    assert admin is not None
    assert admin.role is Role.ADMIN
    assert await bank.passwords.verify("a long sentence", admin.hashed_password)
