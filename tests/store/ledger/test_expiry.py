"""The end of holds that expire is noted, once, and for good."""

from datetime import UTC, datetime, timedelta

import pytest

from bankapp import tuning
from bankapp.domain import errors
from bankapp.domain.origin import THE_BANK
from bankapp.store.events.facts import HoldEndFact
from bankapp.store.ledger.outcomes import Held, PostedHold
from bankapp.store.store import Store
from gen import models
from tests.api.conftest import Connection
from tests.clock import Clock
from tests.factories import Make, capture, hold, transfer, void
from tests.feed import facts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Account = models.CustomerAccount


@pytest.fixture
async def pair(make: Make) -> tuple[Account, Account]:
    """Two accounts, of which the first has 100."""
    return await make.account(balance=100), await make.account()


async def place(store: Store, pair: tuple[Account, Account], lifetime: timedelta) -> PostedHold:
    [outcome] = await store.postings.post([hold(*pair, 60, lifetime)])
    assert isinstance(outcome, Held)
    return outcome.hold


async def ends(store: Store) -> list[tuple[str, int]]:
    """Name and hold of each end that the feed tells of."""
    return [
        (fact.name, fact.hold.id) for fact in await facts(store) if isinstance(fact, HoldEndFact)
    ]


def ended_count(connection: Connection) -> int:
    """How many holds have ended. The feed would wait for the transaction that asks."""
    query = "SELECT count(*) FROM holds WHERE end_position IS NOT NULL"
    [(count,)] = connection.execute(query).fetchall()
    return int(str(count))


async def expire(store: Store, ahead: timedelta = timedelta()) -> int:
    return await store.postings.expire_holds(datetime.now(UTC) + ahead)


@pytest.mark.exact_time
async def test_each_is_noted_once(store: Store, pair: tuple[Account, Account]) -> None:
    brief = await place(store, pair, timedelta(milliseconds=1))
    long = await place(store, pair, DAY) if await has(store, pair[0], 100) else None
    assert long is not None
    while not await expire(store):
        pass  # the clock of the process may be a moment behind
    assert await expire(store) == 0
    assert await ends(store) == [("hold.expired", brief.id)]
    assert await has(store, pair[0], 40)


async def has(store: Store, account: Account, available: int) -> bool:
    """Whether so much is available, as soon as it may be."""
    found = None
    while found is None or found.available_balance < available:
        found = await store.accounts.get(account.id)
    return found.available_balance == available


async def test_only_when_both_clocks_say_so(
    store: Store, pair: tuple[Account, Account], clock: Clock
) -> None:
    """Goal: a clock that ran ahead ends no hold for good, neither clock."""
    made = await place(store, pair, HOUR)
    clock.set(DAY)
    assert await expire(store) == 0
    clock.set()
    assert await expire(store, DAY) == 0
    assert await ends(store) == []
    clock.set(DAY)
    assert await expire(store, DAY) == 1
    assert await ends(store) == [("hold.expired", made.id)]


async def test_what_was_told_stays(
    store: Store, pair: tuple[Account, Account], clock: Clock
) -> None:
    """Goal: a hold that was told to have expired is over, though the clock steps back."""
    made = await place(store, pair, HOUR)
    clock.set(DAY)
    assert await expire(store, DAY) == 1
    clock.set()
    for late in (capture(made.id), void(made.id)):
        [outcome] = await store.postings.post([late])
        assert isinstance(outcome, errors.HoldNotOpen)
    account = await store.accounts.get(pair[0].id)
    assert account is not None
    assert account.available_balance == 100
    assert await ends(store) == [("hold.expired", made.id)]


async def test_an_account_that_is_in_use_has_its_turn_later(
    store: Store, pair: tuple[Account, Account], clock: Clock, connection: Connection
) -> None:
    """Goal: a hold is not ended while somebody captures it, who has locked its account."""
    await place(store, pair, HOUR)
    clock.set(DAY)
    connection.execute("SELECT FROM accounts WHERE id = %s FOR NO KEY UPDATE", [pair[0].id])
    await expire(store, DAY)
    assert ended_count(connection) == 0
    connection.rollback()
    await expire(store, DAY)
    assert ended_count(connection) == 1


async def test_holds_behind_those_of_a_busy_account_have_their_turn(
    store: Store,
    make: Make,
    clock: Clock,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Goal: one who keeps an account busy delays nobody else. Method: theirs fill two batches."""
    monkeypatch.setattr(tuning, "EXPIRY_BATCH_SIZE", 2)
    busy, free, target = [await make.account(balance=100) for _ in range(3)]
    await store.postings.post([hold(busy, target, 1, HOUR) for _ in range(4)])
    await store.postings.post([hold(free, target, 1, HOUR)])
    clock.set(DAY)
    connection.execute("SELECT FROM accounts WHERE id = %s FOR NO KEY UPDATE", [busy.id])
    assert await expire(store, DAY) == 5
    assert ended_count(connection) == 1
    connection.rollback()
    assert await expire(store, DAY) == 4
    assert ended_count(connection) == 5


async def test_a_hold_that_was_told_to_be_over_keeps_no_account_open(
    store: Store, pair: tuple[Account, Account], clock: Clock
) -> None:
    await place(store, pair, HOUR)
    clock.set(DAY)
    await expire(store, DAY)
    clock.set()
    closed = await store.accounts.close(pair[1].id, origin=THE_BANK)
    assert closed.status == "closed"


async def test_captures_and_voids_end_a_hold_in_the_feed(
    store: Store, pair: tuple[Account, Account]
) -> None:
    first, second = await place(store, pair, DAY), None
    await store.postings.post([capture(first.id, 20)])
    assert await ends(store) == []
    await store.postings.post([capture(first.id, 40), transfer(pair[1], pair[0], 60)])
    second = await place(store, pair, DAY)
    await store.postings.post([void(second.id)])
    assert await ends(store) == [("hold.captured", first.id), ("hold.voided", second.id)]
    told = [fact.position for fact in await facts(store)]
    assert told == sorted(told)
