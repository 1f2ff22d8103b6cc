"""An account that another transaction has locked delays its own payments, and no others."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import replace
from typing import TypeAlias

import pytest

from bankapp import tuning
from bankapp.domain import errors
from bankapp.domain.origin import Origin
from bankapp.domain.postings import Posting
from bankapp.store.engine.transaction import Pool
from bankapp.store.ledger.outcomes import Held, Posted
from bankapp.store.ledger.postings import parameters
from bankapp.store.store import Store
from gen import models
from gen.queries import AsyncQueries
from gen.transfers import PostTransfersRow
from tests.api.conftest import Connection
from tests.factories import Make, as_text, capture, deposit, hold, keyed, reversal, transfer, void
from tests.waiting import until_waiting

Account: TypeAlias = models.CustomerAccount
# Longer than any lock is waited for: a payment that waited with another would not be answered.
PATIENCE_S = 15


async def post(
    q: AsyncQueries, batch: list[Posting], *, is_atomic: bool = False
) -> list[PostTransfersRow]:
    """Post as is done for many at once: what is locked is skipped."""
    return await q.transfers.post_transfers(
        parameters(batch, is_atomic=is_atomic, skips_locked=True)
    )


def lock(connection: Connection, account: Account) -> None:
    connection.execute("SELECT FROM accounts WHERE id = %s FOR UPDATE", [account.id])


@pytest.fixture
def patient(pool: Pool) -> Store:
    """A store that tries for as long as a test keeps a lock."""
    return Store(pool, retry_count_max=1000)


async def _from(store: Store, kept: Account, other: Account) -> Posting:
    return transfer(kept, other, 1)


async def _to(store: Store, kept: Account, other: Account) -> Posting:
    return transfer(other, kept, 1)


async def _cash(store: Store, kept: Account, other: Account) -> Posting:
    return deposit(kept, 1)


async def _hold(store: Store, kept: Account, other: Account) -> Posting:
    return hold(kept, other, 1)


async def _capture(store: Store, kept: Account, other: Account) -> Posting:
    return capture(await _held(store, kept, other))


async def _void(store: Store, kept: Account, other: Account) -> Posting:
    return void(await _held(store, other, kept))


async def _reversal(store: Store, kept: Account, other: Account) -> Posting:
    outcome = await store.postings.submit(transfer(kept, other, 1))
    assert isinstance(outcome, Posted)
    return reversal(outcome.transfer.id)


async def _held(store: Store, payer: Account, payee: Account) -> int:
    outcome = await store.postings.submit(hold(payer, payee, 1))
    assert isinstance(outcome, Held)
    return outcome.hold.id


@pytest.mark.parametrize("make_posting", [_from, _to, _cash, _hold, _capture, _void, _reversal])
async def test_one_call_passes_by_what_is_locked(
    make_posting: Callable[[Store, Account, Account], Awaitable[Posting]],
    patient: Store,
    pool: Pool,
    make: Make,
    connection: Connection,
) -> None:
    """Goal: a call posts all that it can, at once, and tells what it could not.

    Method: lock one account from outside; post an item that needs it between two that do not.
    """
    kept, other, free = [await make.account(balance=9) for _ in range(3)]
    busy = keyed(await make_posting(patient, kept, other), "of the busy one")
    lock(connection, kept)
    batch = [keyed(transfer(free, other, 1), "posted"), busy, transfer(free, other, 2)]
    async with asyncio.timeout(PATIENCE_S), pool.connection() as posting_connection:
        q = AsyncQueries(posting_connection)
        before, left, after = await post(q, batch)
        assert before.transfer_id is not None
        assert after.transfer_id is not None
        assert (left.busy_account_id, left.transfer_id, left.refusal) == (kept.id, None, None)
        assert before.busy_account_id is after.busy_account_id is None
        assert busy.key is not None
        assert not await q.idempotency_keys.get_idempotency_key(
            scope=busy.key.scope, key=busy.key.key
        )
        connection.rollback()
        [row] = await post(q, [busy])
    assert (row.refusal, row.busy_account_id) == (None, None)


async def test_an_account_that_is_not_there_is_not_busy(pool: Pool, make: Make) -> None:
    there = await make.account(balance=9)
    missing = copy(there)
    missing.id += 1000
    async with pool.connection() as connection:
        rows = await post(
            AsyncQueries(connection),
            [transfer(there, missing, 1), transfer(missing, there, 1)],
        )
    assert [row.refusal for row in rows] == ["not_found"] * 2


async def test_an_atomic_batch_waits(
    patient: Store, pool: Pool, make: Make, connection: Connection
) -> None:
    kept, other = [await make.account(balance=9) for _ in range(2)]
    lock(connection, kept)
    async with pool.connection() as posting_connection:
        waiting = asyncio.create_task(
            post(
                AsyncQueries(posting_connection),
                [transfer(other, kept, 1)],
                is_atomic=True,
            )
        )
        await until_waiting(pool, 1)
        connection.rollback()
        [row] = await waiting
    assert row.transfer_id is not None


async def test_payments_of_a_busy_account_wait_together(
    patient: Store, make: Make, connection: Connection
) -> None:
    """Goal: however many wait for one account, others are paid, and none of them is lost.

    Method: lock the account; have more payments wait for it than there are connections.
    """
    kept, free, target = [await make.account(balance=99) for _ in range(3)]
    lock(connection, kept)
    pairs = [(kept, target), (target, kept)] * tuning.CONNECTION_COUNT_MAX
    waiting = [asyncio.create_task(patient.postings.submit(transfer(*pair, 1))) for pair in pairs]
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(9):
            outcome = await patient.postings.submit(transfer(free, target, 1))
            assert isinstance(outcome, Posted)
    assert not any(task.done() for task in waiting)
    connection.rollback()
    assert all(isinstance(outcome, Posted) for outcome in await asyncio.gather(*waiting))


async def test_a_lock_that_is_kept_for_long_delays_no_shorter_one(
    patient: Store, make: Make, connection: Connection
) -> None:
    """Goal: accounts that are locked for long do not take all places where one waits for a lock.

    Method: keep more locks than there are such places, have all wait, and release one lock more.
    """
    kept = [await make.account(balance=9) for _ in range(tuning.LANE_COUNT_MAX + 1)]
    released, target = await make.account(balance=9), await make.account()
    for account in kept:
        lock(connection, account)
    with connection.transaction(force_rollback=True):
        lock(connection, released)
        waiting = [
            asyncio.create_task(patient.postings.submit(transfer(account, target, 1)))
            for account in [*kept, released]
        ]
        await patient.postings.submit(deposit(target, 1))  # all the others have been tried
    async with asyncio.timeout(PATIENCE_S):
        assert isinstance(await waiting.pop(), Posted)
    assert not any(task.done() for task in waiting)
    connection.rollback()
    await asyncio.gather(*waiting)


async def test_batches_of_one_user_take_one_slot(
    patient: Store, make: Make, connection: Connection
) -> None:
    """Goal: a user whose batches wait keeps neither others' batches nor single payments waiting."""
    kept, free, target = [await make.account(balance=99) for _ in range(3)]
    lock(connection, kept)
    own, others = [Origin(actor=account.owner) for account in (kept, free)]

    async def post_batch(payer: Account, origin: Origin) -> object:
        return await patient.postings.post_once(
            [replace(transfer(payer, target, 1), origin=origin)],
            is_atomic=False,
            key=None,
            render=as_text,
        )

    waiting = [
        asyncio.create_task(post_batch(kept, own)) for _ in range(tuning.BATCH_CONCURRENCY + 1)
    ]
    single = asyncio.create_task(
        patient.postings.submit(replace(transfer(kept, target, 1), origin=own))
    )
    async with asyncio.timeout(PATIENCE_S):
        await post_batch(free, others)
        outcome = await patient.postings.submit(replace(transfer(free, target, 1), origin=others))
    assert isinstance(outcome, Posted)
    assert not any(task.done() for task in [*waiting, single])
    connection.rollback()
    await asyncio.gather(*waiting, single)


async def test_batches_of_a_user_rest_while_others_post(
    patient: Store, make: Make, connection: Connection
) -> None:
    """Goal: while others post they have half of the time, and a user alone has all of it."""
    payer, other, target = [await make.account(balance=99) for _ in range(3)]
    ends: list[float] = []

    async def post_batch() -> None:
        await patient.postings.post_once(
            [replace(transfer(payer, target, 1), origin=Origin(actor=payer.owner))],
            is_atomic=False,
            key=None,
            render=as_text,
        )
        ends.append(time.monotonic())

    lock(connection, payer)
    batches = [asyncio.create_task(post_batch()) for _ in range(2)]
    await patient.postings.submit(transfer(other, target, 1))
    await asyncio.sleep(tuning.BATCH_REST_MAX_S)
    connection.rollback()
    await asyncio.gather(*batches)
    assert ends[1] - ends[0] >= tuning.BATCH_REST_MAX_S
    assert patient.postings.begin_rest(9) == 0


async def test_the_rest_of_a_user_is_bounded(patient: Store, make: Make) -> None:
    other, target = await make.account(balance=99), await make.account()
    for duration_s, rest_s in ((0.1, 0.1), (9, tuning.BATCH_REST_MAX_S)):
        await patient.postings.submit(transfer(other, target, 1))
        assert patient.postings.begin_rest(duration_s) == rest_s
        assert patient.postings.begin_rest(duration_s) == 0


async def test_a_lock_that_stays_is_refused_without_harm(
    pool: Pool, make: Make, connection: Connection
) -> None:
    kept, target = await make.account(balance=9), await make.account()
    store = Store(pool, retry_count_max=0)
    lock(connection, kept)
    with pytest.raises(errors.Unavailable) as refused:
        await store.postings.submit(transfer(kept, target, 1))
    assert refused.value.is_undone
    connection.rollback()
    assert isinstance(await store.postings.submit(transfer(kept, target, 1)), Posted)
