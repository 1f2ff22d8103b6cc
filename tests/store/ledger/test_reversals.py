"""Paying back: in parts, never more than was paid, and never what is not there any more."""

import asyncio
from collections.abc import Callable

import pytest

from bankapp.domain import errors
from bankapp.domain.postings import Posting
from bankapp.store.ledger.outcomes import Outcome, Posted, PostedTransfer
from bankapp.store.store import Store
from gen import enums, models
from tests.factories import Make, deposit, reversal, transfer, withdrawal
from tests.rows import columns


async def posted(store: Store, posting: Posting) -> PostedTransfer:
    """The transfer of an accepted posting."""
    outcome = await store.postings.submit(posting)
    assert isinstance(outcome, Posted), outcome
    return outcome.transfer


def code(outcome: Outcome) -> str:
    return outcome.code if isinstance(outcome, errors.Refusal) else "ok"


async def balance(store: Store, account: models.CustomerAccount) -> int:
    row = await store.accounts.get(account.id)
    assert row is not None
    return row.balance


async def test_a_reversal_pays_back_and_names_its_transfer(store: Store, make: Make) -> None:
    payer, payee = await make.account(balance=100), await make.account()
    paid = await posted(store, transfer(payer, payee, 60))
    back = await posted(store, reversal(paid.id, owner=payee.owner))
    assert back.kind is enums.TransferKind.REVERSAL
    assert (back.from_account_id, back.to_account_id) == (payee.id, payer.id)
    assert (back.amount, back.reverses_transfer_id) == (60, paid.id)
    stored = await store.transfers.get(back.id)
    assert stored is not None
    assert columns(back) <= columns(stored.transfer)
    assert (await balance(store, payer), await balance(store, payee)) == (100, 0)
    assert code(await store.postings.submit(reversal(paid.id))) == "already_reversed"


async def test_parts_never_exceed_the_transfer(store: Store, make: Make) -> None:
    payer, payee = await make.account(balance=100), await make.account(balance=100)
    paid = await posted(store, transfer(payer, payee, 60))
    outcomes = await store.postings.post(
        [reversal(paid.id, 25), reversal(paid.id, 36), reversal(paid.id)]
    )
    assert [*map(code, outcomes)] == ["ok", "reversal_exceeds_transfer", "ok"]
    assert isinstance(outcomes[2], Posted)
    assert outcomes[2].transfer.amount == 35
    assert code(await store.postings.submit(reversal(paid.id, 1))) == "already_reversed"


async def test_what_the_payee_has_spent_cannot_be_paid_back(store: Store, make: Make) -> None:
    payer, payee = await make.account(balance=100), await make.account()
    paid = await posted(store, transfer(payer, payee, 60))
    await posted(store, withdrawal(payee, 1))
    assert code(await store.postings.submit(reversal(paid.id))) == "insufficient_funds"
    assert code(await store.postings.submit(reversal(paid.id, 59))) == "ok"


@pytest.mark.parametrize("cash", [deposit, withdrawal])
async def test_cash_is_reversed_too(
    store: Store, make: Make, cash: Callable[[models.CustomerAccount, int], Posting]
) -> None:
    account = await make.account(balance=100)
    moved = await posted(store, cash(account, 30))
    await posted(store, reversal(moved.id))
    assert await balance(store, account) == 100


async def test_a_reversal_is_not_reversed(store: Store, make: Make) -> None:
    payer, payee = await make.account(balance=100), await make.account()
    back = await posted(store, reversal((await posted(store, transfer(payer, payee, 60))).id))
    assert code(await store.postings.submit(reversal(back.id))) == "not_reversible"


async def test_only_the_payee_and_the_bank_pay_back(store: Store, make: Make) -> None:
    payer, payee = await make.account(balance=100), await make.account()
    paid = await posted(store, transfer(payer, payee, 60))
    assert code(await store.postings.submit(reversal(paid.id, owner=payer.owner))) == "not_found"
    assert code(await store.postings.submit(reversal(10**9))) == "not_found"


async def test_of_twice_as_many_reversals_half_succeed(store: Store, make: Make) -> None:
    """Goal: nothing is paid back twice. Method: each of 50 transfers is reversed twice, at once."""
    payer, payee = await make.account(balance=100), await make.account(balance=1000)
    outcomes = await store.postings.post([transfer(payer, payee, 2) for _ in range(50)])
    ids = [outcome.transfer.id for outcome in outcomes if isinstance(outcome, Posted)]
    answers = await asyncio.gather(*(store.postings.post([reversal(one)]) for one in ids * 2))
    codes = sorted(code(answer) for [answer] in answers)
    assert codes == ["already_reversed"] * 50 + ["ok"] * 50
    assert (await balance(store, payer), await balance(store, payee)) == (100, 1000)
