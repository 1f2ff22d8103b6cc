"""Holds: held money cannot be spent otherwise."""

import asyncio
from datetime import timedelta

import pytest

from bankapp.domain import errors
from bankapp.domain.postings import Posting
from bankapp.store.engine.transaction import Pool
from bankapp.store.ledger.outcomes import Held, Outcome, Posted, PostedHold, PostedTransfer
from bankapp.store.store import Store
from gen import enums, models
from tests.api.conftest import Connection
from tests.factories import Make, capture, hold, transfer, void, withdrawal
from tests.rows import columns
from tests.waiting import until_waiting

MOMENT = timedelta(milliseconds=1)


async def held(store: Store, posting: Posting) -> PostedHold:
    """The hold that is accepted."""
    outcome = await store.postings.submit(posting)
    assert isinstance(outcome, Held), outcome
    return outcome.hold


async def captured(store: Store, posting: Posting) -> tuple[PostedHold, PostedTransfer]:
    """The hold and the transfer of an accepted capture."""
    outcome = await store.postings.submit(posting)
    assert isinstance(outcome, Posted), outcome
    assert outcome.hold is not None
    return outcome.hold, outcome.transfer


async def money(store: Store, account: models.CustomerAccount) -> tuple[int, int]:
    """Balance and available balance."""
    row = await store.accounts.get(account.id)
    assert row is not None
    return row.balance, row.available_balance


def code(outcome: Outcome) -> str:
    return outcome.code if isinstance(outcome, errors.Refusal) else "ok"


@pytest.fixture
async def pair(make: Make) -> tuple[models.CustomerAccount, models.CustomerAccount]:
    """A payer with 100 and a payee."""
    return await make.account(balance=100), await make.account()


Pair = tuple[models.CustomerAccount, models.CustomerAccount]


async def test_what_is_held_stays_but_cannot_be_spent(store: Store, pair: Pair) -> None:
    payer, payee = pair
    made = await held(store, hold(payer, payee, 60))
    assert (made.amount, made.captured_amount, made.status) == (
        60,
        0,
        enums.CurrentHoldStatus.OPEN,
    )
    assert await money(store, payer) == (100, 40)
    assert await money(store, payee) == (0, 0)
    for spend in (transfer(payer, payee, 41), withdrawal(payer, 41), hold(payer, payee, 41)):
        assert code(await store.postings.submit(spend)) == "insufficient_funds"
    assert code(await store.postings.submit(transfer(payer, payee, 40))) == "ok"
    assert await money(store, payer) == (60, 0)


async def test_a_capture_moves_what_is_held(store: Store, pair: Pair) -> None:
    payer, payee = pair
    made = await held(store, hold(payer, payee, 60))
    settled, moved = await captured(store, capture(made.id, owner=payee.owner))
    assert (settled.status, settled.captured_amount) == (enums.CurrentHoldStatus.CAPTURED, 60)
    assert (moved.kind, moved.amount, moved.captures_hold_id) == (
        enums.TransferKind.CAPTURE,
        60,
        made.id,
    )
    assert await money(store, payer) == (40, 40)
    assert await money(store, payee) == (60, 60)
    stored = await store.read.holds.get_hold(id=made.id)
    assert stored is not None
    assert columns(settled) <= columns(stored.current_hold)


async def test_partial_captures_leave_the_rest_held(store: Store, pair: Pair) -> None:
    payer, payee = pair
    made = await held(store, hold(payer, payee, 60))
    first, _ = await captured(store, capture(made.id, 25))
    assert (first.status, first.captured_amount) == (enums.CurrentHoldStatus.OPEN, 25)
    assert await money(store, payer) == (75, 40)
    assert code(await store.postings.submit(capture(made.id, 36))) == "capture_exceeds_hold"
    last, _ = await captured(store, capture(made.id, 35))
    assert (last.status, last.captured_amount) == (enums.CurrentHoldStatus.CAPTURED, 60)
    assert code(await store.postings.submit(capture(made.id, 1))) == "hold_not_open"


async def test_a_void_lets_go_of_what_is_left(store: Store, pair: Pair) -> None:
    payer, payee = pair
    made = await held(store, hold(payer, payee, 60))
    await captured(store, capture(made.id, 25))
    voided = await held(store, void(made.id, owner=payer.owner))
    assert (voided.status, voided.captured_amount) == (enums.CurrentHoldStatus.VOIDED, 25)
    assert await money(store, payer) == (75, 75)
    for again in (void(made.id), capture(made.id)):
        assert code(await store.postings.submit(again)) == "hold_not_open"
    assert code(await store.postings.submit(transfer(payer, payee, 75))) == "ok"


async def test_what_was_captured_is_held_no_more(store: Store, pair: Pair) -> None:
    payer, payee = pair
    made = await held(store, hold(payer, payee, 60))
    await captured(store, capture(made.id, 25))
    for amount, expected in ((41, "insufficient_funds"), (40, "ok")):
        assert code(await store.postings.submit(transfer(payer, payee, amount))) == expected


async def test_a_hold_counts_at_once(store: Store, pair: Pair) -> None:
    payer, payee = pair
    outcomes = await store.postings.post(
        [hold(payer, payee, 60), transfer(payer, payee, 41), transfer(payer, payee, 40)]
    )
    assert [*map(code, outcomes)] == ["ok", "insufficient_funds", "ok"]


@pytest.mark.exact_time
async def test_an_expired_hold_does_not_count_though_nothing_sweeps(
    store: Store, pair: Pair
) -> None:
    payer, payee = pair
    made = await held(store, hold(payer, payee, 100, MOMENT))
    await asyncio.sleep(0.01)
    assert await money(store, payer) == (100, 100)
    row = await store.read.holds.get_hold(id=made.id)
    assert row is not None
    assert row.current_hold.status is enums.CurrentHoldStatus.EXPIRED
    for late in (capture(made.id), void(made.id)):
        assert code(await store.postings.submit(late)) == "hold_not_open"
    assert code(await store.postings.submit(transfer(payer, payee, 100))) == "ok"


@pytest.mark.exact_time
async def test_a_hold_that_expires_while_its_capture_waits_for_the_lock(
    store: Store, pool: Pool, connection: Connection, pair: Pair
) -> None:
    """Goal: the time of a posting is taken under its locks."""
    payer, payee = pair
    made = await held(store, hold(payer, payee, 60, timedelta(seconds=0.3)))
    connection.execute("SELECT FROM accounts WHERE id = %s FOR UPDATE", [payer.id])
    late = asyncio.create_task(store.postings.post([capture(made.id)]))
    await until_waiting(pool, 1)
    over = "SELECT clock_timestamp() > expires_at FROM holds WHERE id = %s"
    while connection.execute(over, [made.id]).fetchone() != (True,):
        pass
    connection.rollback()
    assert [*map(code, await late)] == ["hold_not_open"]


async def test_who_may_settle_a_hold(store: Store, make: Make, pair: Pair) -> None:
    payer, payee = pair
    other = await make.user()
    made = await held(store, hold(payer, payee, 60))
    assert code(await store.postings.submit(capture(made.id, 1, owner=payer.owner))) == "not_found"
    for settle in (capture, void):
        assert (
            code(await store.postings.submit(settle(made.id, owner=other.username))) == "not_found"
        )
        assert code(await store.postings.submit(settle(10**9))) == "not_found"
    assert code(await store.postings.submit(capture(made.id, 1, owner=payee.owner))) == "ok"
    assert code(await store.postings.submit(void(made.id, owner=payee.owner))) == "ok"


async def test_a_batch_settles_one_hold_in_order(store: Store, pair: Pair) -> None:
    payer, payee = pair
    made = await held(store, hold(payer, payee, 60))
    outcomes = await store.postings.post(
        [
            capture(made.id, 50),
            capture(made.id, 11),
            transfer(payer, payee, 41),
            void(made.id),
            transfer(payer, payee, 41),
            capture(made.id),
        ]
    )
    assert [*map(code, outcomes)] == [
        "ok",
        "capture_exceeds_hold",
        "insufficient_funds",
        "ok",
        "ok",
        "hold_not_open",
    ]
    assert await money(store, payer) == (9, 9)


async def test_one_of_many_captures_succeeds(store: Store, pair: Pair) -> None:
    """Goal: a hold is captured once. Method: 100 full captures at once, on many connections."""
    payer, payee = pair
    made = await held(store, hold(payer, payee, 100))
    outcomes = await asyncio.gather(*(store.postings.post([capture(made.id)]) for _ in range(100)))
    codes = sorted(code(outcome) for [outcome] in outcomes)
    assert codes == ["hold_not_open"] * 99 + ["ok"]
    assert await money(store, payee) == (100, 100)


async def test_holds_and_transfers_at_once_never_spend_twice(store: Store, pair: Pair) -> None:
    """Goal: funds are checked against holds under the lock. Method: both want all there is."""
    payer, payee = pair
    wanted = [hold(payer, payee, 100), transfer(payer, payee, 100)] * 25
    outcomes = await asyncio.gather(*(store.postings.post([posting]) for posting in wanted))
    codes = sorted(code(outcome) for [outcome] in outcomes)
    assert codes == ["insufficient_funds"] * 49 + ["ok"]
