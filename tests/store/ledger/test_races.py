"""Transfers at the same time. Retries are off here, so that a deadlock is an error."""

import asyncio
import itertools
import random
from typing import Any

import psycopg

from bankapp.domain import errors
from bankapp.store.engine.transaction import Pool
from bankapp.store.ledger import postings
from bankapp.store.ledger.outcomes import Outcome, Posted
from bankapp.store.store import Store
from gen.queries import Queries
from tests.factories import Make, transfer
from tests.waiting import until_waiting


async def test_opposite_transfers_do_not_deadlock(store: Store, make: Make) -> None:
    """Goal: two accounts paying each other never wait in a circle, and no cent is lost.

    Method: 200 transfers in both directions, all at once, on as many connections as the pool has.
    A posting call that locks in any other order than the ids' deadlocks here.
    """
    a, b = await make.account(balance=1000), await make.account(balance=1000)
    there = [transfer(a, b, 3) for _ in range(100)]
    back = [transfer(b, a, 2) for _ in range(100)]
    jobs = [
        store.postings.post([posting]) for pair in zip(there, back, strict=True) for posting in pair
    ]
    outcomes = list(itertools.chain.from_iterable(await asyncio.gather(*jobs)))
    assert all(isinstance(outcome, Posted) for outcome in outcomes)
    after_a, after_b = await store.accounts.get(a.id), await store.accounts.get(b.id)
    assert after_a is not None
    assert after_b is not None
    assert (after_a.balance, after_b.balance) == (900, 1100)


async def test_batches_in_any_order_do_not_deadlock(store: Store, make: Make) -> None:
    """Goal: batches lock in one order, whatever order their items have.

    Method: 60 batches of 20 shuffled transfers among 6 accounts at once; the total stays.
    """
    accounts = [await make.account(balance=500) for _ in range(6)]
    pairs = list(itertools.permutations(accounts, 2))
    dice = random.Random(7)
    batches = [
        [transfer(*dice.choice(pairs), dice.randint(1, 50)) for _ in range(20)] for _ in range(60)
    ]
    answers = await asyncio.gather(*map(store.postings.post, batches))
    outcomes = list(itertools.chain.from_iterable(answers))
    assert len(outcomes) == 1200
    assert all(map(_is_accepted_or_short, outcomes))
    rows = [await store.accounts.get(account.id) for account in accounts]
    assert sum(row.balance for row in rows if row is not None) == 3000


async def test_the_last_money_is_spent_once(store: Store, make: Make) -> None:
    """Goal: funds are checked under the lock. Method: 50 at once want all there is."""
    source, target = await make.account(balance=700), await make.account()
    outcomes = await asyncio.gather(
        *(store.postings.post([transfer(source, target, 700)]) for _ in range(50))
    )
    accepted = [outcome for [outcome] in outcomes if isinstance(outcome, Posted)]
    refused = [outcome for [outcome] in outcomes if isinstance(outcome, errors.InsufficientFunds)]
    assert (len(accepted), len(refused)) == (1, 49)


async def test_the_second_sees_what_the_first_left(
    store: Store, pool: Pool, make: Make, connection: psycopg.Connection[Any]
) -> None:
    """Goal: funds are read under the lock.

    Method: a transaction that has spent everything commits while another waits to spend it.
    """
    source, target = await make.account(balance=700), await make.account()
    posting = transfer(source, target, 700)
    [row] = Queries(connection).transfers.post_transfers(postings.parameters([posting]))
    assert row.refusal is None
    second = asyncio.create_task(store.postings.post([posting]))
    await until_waiting(pool, 1)
    connection.commit()
    assert isinstance((await second)[0], errors.InsufficientFunds)


async def test_running_balances_follow_the_order_of_commits(store: Store, make: Make) -> None:
    """Goal: on one account, order of entries, of moments and of balances are the same.

    Method: 100 single transfers at once into one account; walk its entries.
    """
    source, target = await make.account(balance=1000), await make.account()
    await asyncio.gather(*(store.postings.post([transfer(source, target, 1)]) for _ in range(100)))
    entries = await store.entries.list_page(target.id, before_transfer_id=2**62, row_count_max=200)
    entries = entries[::-1]
    assert [entry.balance_after for entry in entries] == list(range(1, 101))
    moments = [entry.created_at for entry in entries]
    assert moments == sorted(moments)


def _is_accepted_or_short(outcome: Outcome) -> bool:
    return isinstance(outcome, Posted | errors.InsufficientFunds)
