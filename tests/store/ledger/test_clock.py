"""The clock of the database steps: no history changes, and nothing is spent twice."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bankapp.domain import errors
from bankapp.domain.postings import Posting
from bankapp.store.ledger.outcomes import Held, Outcome, Posted, PostedHold
from bankapp.store.operator.verification import verify_ledger
from bankapp.store.store import Store
from gen import enums, models
from tests.clock import Clock
from tests.factories import Make, capture, deposit, hold, keyed, transfer, void

STEPS = [timedelta(seconds=-30), timedelta(days=-365)]
MINUTE, YEAR = timedelta(minutes=1), timedelta(days=365)


async def post(store: Store, *batch: Posting) -> Sequence[Outcome]:
    return await store.postings.post(batch)


async def post_one(store: Store, posting: Posting) -> Posted:
    [outcome] = await store.postings.post([posting])
    assert isinstance(outcome, Posted), outcome
    return outcome


async def place(store: Store, posting: Posting) -> PostedHold:
    [outcome] = await store.postings.post([posting])
    assert isinstance(outcome, Held), outcome
    return outcome.hold


async def available(store: Store, account: models.CustomerAccount) -> int:
    found = await store.accounts.get(account.id)
    assert found is not None
    now = await store.read.entries.get_balance_at(account_id=account.id, at=None)
    assert (found.balance, found.available_balance) == (now.balance, now.balance - now.held_amount)
    assert found.available_balance >= 0
    return found.available_balance


async def test_entries_are_in_the_order_of_their_times(
    store: Store, make: Make, clock: Clock, database_url: str
) -> None:
    payer, payee = await make.account(balance=1000), await make.account()
    for number, ahead in enumerate((0, 30, -30, 5, -86400, 60), 1):
        clock.set(timedelta(seconds=ahead))
        await post_one(store, transfer(payer, payee, number))
        for account in (payer, payee):
            await available(store, account)
    entries = await store.entries.list_page(payee.id, before_transfer_id=2**62, row_count_max=10)
    times = [entry.created_at for entry in entries]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == 3  # after each step back the time stands until the clock is there
    clock.set()
    assert (await verify_ledger(database_url, lambda _: None)).findings == []


async def test_nothing_happens_to_an_account_before_it_is_opened(
    store: Store, make: Make, clock: Clock
) -> None:
    clock.set(YEAR)
    payer, payee = await make.account(), await make.account()
    clock.set()
    await store.postings.post([deposit(payer, 10)])
    posted = await post_one(store, transfer(payer, payee, 1))
    assert posted.transfer.created_at >= payee.created_at > payer.created_at


@pytest.mark.parametrize("step", STEPS)
async def test_a_finished_month_never_changes(
    store: Store, make: Make, clock: Clock, step: timedelta
) -> None:
    """Goal: what was told of a month stays true, also of an account that had not moved since.

    Method: a statement right after the month's end; the clock steps back to before it.
    """
    payer, payee = await make.account(balance=1000), await make.account()
    clock.set(datetime(2040, 7, 31, 12, tzinfo=UTC) - datetime.now(UTC))
    await post_one(store, transfer(payer, payee, 100))
    clock.step(timedelta(hours=12, seconds=5))
    month = datetime(2040, 7, 1, tzinfo=UTC), datetime(2040, 8, 1, tzinfo=UTC)
    first = await store.statements.get(payee.id, *month)
    clock.step(step)
    assert (await post_one(store, transfer(payer, payee, 7))).transfer.created_at >= month[1]
    again = await store.statements.get(payee.id, *month)
    assert again == first
    assert again.closing_balance == again.opening_balance + sum(
        line.entry.amount for line in again.rows
    )


async def test_a_month_is_not_over_before_the_clock_says_so(
    store: Store, make: Make, clock: Clock
) -> None:
    account = await make.account(balance=1)
    clock.set(datetime(2040, 7, 31, 23, 59, tzinfo=UTC) - datetime.now(UTC))
    month = datetime(2040, 7, 1, tzinfo=UTC), datetime(2040, 8, 1, tzinfo=UTC)
    with pytest.raises(errors.ValidationFailed):
        await store.statements.get(account.id, *month)
    assert (await post_one(store, deposit(account, 1))).transfer.created_at < month[1]


@pytest.mark.parametrize("uses", ["transfer", "hold"])
async def test_a_hold_whose_money_is_used_stays_over(
    store: Store, make: Make, clock: Clock, uses: str, database_url: str
) -> None:
    payer, payee = await make.account(balance=1000), await make.account()
    over = await place(store, hold(payer, payee, 1000, MINUTE))
    clock.set(2 * MINUTE)
    using = {"transfer": transfer(payer, payee, 900), "hold": hold(payer, payee, 900)}[uses]
    [used] = await post(store, using)
    assert isinstance(used, Posted | Held)
    clock.set()
    assert await available(store, payer) == 100
    shown = await store.read.holds.get_hold(id=over.id)
    assert shown is not None
    assert shown.current_hold.status is enums.CurrentHoldStatus.EXPIRED
    refused, settled, short, paid = await post(
        store,
        capture(over.id),
        void(over.id),
        transfer(payer, payee, 101),
        transfer(payer, payee, 1),
    )
    assert isinstance(refused, errors.HoldNotOpen)
    assert isinstance(settled, errors.HoldNotOpen)
    assert isinstance(short, errors.InsufficientFunds)
    assert isinstance(paid, Posted)
    assert (await verify_ledger(database_url, lambda _: None)).findings == []


async def test_a_hold_that_is_only_over_by_a_clock_ahead_is_open_again(
    store: Store, make: Make, clock: Clock
) -> None:
    """Nobody has used its money: the step is over, and so is its harm."""
    payer, payee = await make.account(balance=1000), await make.account()
    held = await place(store, hold(payer, payee, 1000, MINUTE))
    clock.set(2 * MINUTE)
    [refused] = await post(store, capture(held.id))
    assert isinstance(refused, errors.HoldNotOpen)
    clock.set()
    assert await available(store, payer) == 0
    await post_one(store, capture(held.id))


async def test_captures_are_within_the_time_of_their_hold(
    store: Store, make: Make, clock: Clock, database_url: str
) -> None:
    """Goal: a payee a year ahead captures what is held now, and not what is over.

    Method: the payee's clock was ahead; the payer holds at the right time. Verify tells a late
    capture from one whose payee is ahead.
    """
    payer, payee = await make.account(balance=1000), await make.account()
    held, over = [await place(store, hold(payer, payee, 100, n * MINUTE)) for n in (2, 1)]
    clock.set(YEAR)
    await post_one(store, deposit(payee, 1))
    clock.set(1.5 * MINUTE)
    refused, paid = await post(store, capture(over.id), capture(held.id))
    assert isinstance(refused, errors.HoldNotOpen)
    assert isinstance(paid, Posted)
    assert paid.transfer.created_at > held.expires_at
    clock.set()
    report = await verify_ledger(database_url, lambda _: None)
    assert report.findings == []
    assert ["2 accounts are ahead" in note for note in report.notes] == [True]


async def test_a_hold_is_over_for_what_follows_in_its_batch(
    store: Store, make: Make, clock: Clock, database_url: str
) -> None:
    """Goal: an item that takes its payer ahead ends the holds that those after it name."""
    payer, payee, ahead = [await make.account(balance=1000) for _ in range(3)]
    held = await place(store, hold(payer, payee, 100, MINUTE))
    clock.set(YEAR)
    await post_one(store, deposit(ahead, 1))
    clock.set()
    paid, refused = await post(store, transfer(ahead, payer, 1), capture(held.id))
    assert isinstance(paid, Posted)
    assert isinstance(refused, errors.HoldNotOpen)
    assert (await verify_ledger(database_url, lambda _: None)).findings == []


async def test_a_clock_that_stood_ahead_is_not_handed_on_without_need(
    store: Store, make: Make, clock: Clock
) -> None:
    """Goal: only whoever pays or is paid by an account that is ahead is ahead, too.

    Method: a year ahead, one account moves. Back again, in one batch: a deposit by the same cash
    account, a transfer of two others, a hold for the one ahead, and a transfer to it.
    """
    ahead, other, third, fourth = [await make.account(balance=100) for _ in range(4)]
    clock.set(YEAR)
    await post_one(store, deposit(ahead, 1))
    clock.set()
    outcomes = await post(
        store,
        deposit(other, 1),
        transfer(third, other, 1),
        hold(third, ahead, 1),
        transfer(fourth, ahead, 1),
        transfer(fourth, third, 1),
    )
    times = [
        outcome.hold.created_at if isinstance(outcome, Held) else outcome.transfer.created_at
        for outcome in outcomes
        if isinstance(outcome, Held | Posted)
    ]
    soon = datetime.now(UTC) + timedelta(days=1)
    assert [time > soon for time in times] == [False, False, False, True, True]


async def test_a_session_and_a_key_go_by_the_clock_and_not_by_the_account(
    store: Store, make: Make, clock: Clock
) -> None:
    payer, payee = await make.account(balance=1000), await make.account()
    clock.set(YEAR)
    paying = keyed(transfer(payer, payee, 1), "k1")
    first = await post_one(store, paying)
    clock.set()
    again = await post_one(store, paying)
    assert again.transfer == first.transfer
    assert again.replayed_request_id is not None


@pytest.mark.parametrize("ahead", [timedelta(hours=25), YEAR, timedelta(hours=-25)])
async def test_what_is_asked_twice_is_done_once_whatever_the_clock(
    store: Store, make: Make, clock: Clock, ahead: timedelta
) -> None:
    payer, payee = await make.account(balance=1000), await make.account()
    paying = keyed(transfer(payer, payee, 1), "k1")
    first = await post_one(store, paying)
    clock.set(ahead)
    assert (await post_one(store, paying)).transfer.id == first.transfer.id
    clock.set()
    assert (await post_one(store, paying)).transfer.id == first.transfer.id
