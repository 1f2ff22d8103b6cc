"""What was read is stored once, with the place up to which it was read."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from psycopg.errors import CheckViolation

from bankapp_client import UnexpectedAnswer
from monitor.database import Pool
from monitor.intake.batch import Place
from monitor.intake.storing import PARTITIONS_AHEAD_COUNT, Storing
from monitor.maintenance import drop_old_events, settle_generation
from tests.monitor.watching import NOON, batch, event, login, movement, rows

SIZE: Final = 1_000_000
STORED: Final = "SELECT position, generation, epoch, type FROM monitored_events ORDER BY 1, 2"
COUNTS: Final = "SELECT bucket, began_at, type, event_count FROM event_counts ORDER BY 1, 2, 3"
PARTITIONS: Final = """
SELECT inhrelid::regclass::text FROM pg_inherits
WHERE inhparent = 'monitored_events'::regclass ORDER BY length(inhrelid::regclass::text), 1
"""


async def test_a_batch_and_its_place_are_stored_together(
    storing: Storing, monitor_pool: Pool
) -> None:
    start = await storing.place()
    place = await storing.keep(start, batch(event(3), login(7), has_more=True))
    assert (place.next_cursor, place.position, place.epoch) == ("1-7", 7, 1)
    assert place.behind_since is not None
    assert await rows(monitor_pool, STORED) == [
        (3, 1, 1, "account.frozen"),
        (7, 1, 1, "session.opened"),
    ]
    place = await storing.keep(place, batch(next_cursor="1-9"))
    assert (place.next_cursor, place.position, place.behind_since) == ("1-9", 7, None)


async def test_what_another_monitor_has_stored_is_not_stored_again(
    storing: Storing, monitor_pool: Pool
) -> None:
    """Goal: of two monitors that read the same page one stores it. Method: both at once."""
    start = await storing.place()
    page = batch(event(3), event(4))
    reached = await asyncio.gather(*(storing.keep(start, page) for _ in range(4)))
    assert {place.next_cursor for place in reached} == {"1-4"}
    assert len(await rows(monitor_pool, STORED)) == 2
    assert {row[3] for row in await rows(monitor_pool, COUNTS)} == {2}


async def test_a_page_that_was_read_before_the_bank_was_set_back(
    storing: Storing, monitor_pool: Pool
) -> None:
    """Goal: it is stored in no later generation, and a late page leads the place back nowhere."""
    start = await storing.place()
    place = await storing.keep(start, batch(event(3), event(4)))
    assert (await storing.keep(start, batch(event(3)))).next_cursor == "1-4"
    await storing.begin_again(place)
    reached = await storing.keep(place, batch(event(5)))
    assert (reached.generation, reached.next_cursor, reached.position) == (2, None, 0)
    assert len(await rows(monitor_pool, STORED)) == 2


async def test_records_that_are_read_again_are_passed_over(
    storing: Storing, monitor_pool: Pool
) -> None:
    """A topic may be read from before the place: what is known is not counted twice."""
    place = await storing.keep(await storing.place(), batch(event(3), event(4)))
    place = await storing.keep(place, batch(event(4), event(5), record_offset=9))
    assert [row[0] for row in await rows(monitor_pool, STORED)] == [3, 4, 5]
    assert {row[3] for row in await rows(monitor_pool, COUNTS)} == {3}
    assert place.record_offset == 9


async def test_events_are_counted_by_their_own_time(storing: Storing, monitor_pool: Pool) -> None:
    """The clock of the bank jumps back between two events, and a day ahead."""
    page = batch(
        event(1, at=timedelta(hours=11, minutes=59, seconds=59, microseconds=999_999)),
        event(2, at=timedelta(hours=12)),
        event(3, at=timedelta(hours=11)),
    )
    await storing.keep(await storing.place(), page)
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    expected = [
        ("minute", NOON + timedelta(hours=11), 1),
        ("minute", midnight - timedelta(minutes=1), 1),
        ("minute", midnight, 1),
        ("hour", NOON + timedelta(hours=11), 2),
        ("hour", midnight, 1),
        ("day", midnight - timedelta(days=1), 2),
        ("day", midnight, 1),
    ]
    assert [(b, t, c) for b, t, _, c in await rows(monitor_pool, COUNTS)] == expected


async def test_an_event_of_a_newer_bank_is_stored(storing: Storing, monitor_pool: Pool) -> None:
    """Whatever its data is: it fills no column that a query relies on."""
    newer = event(5, "account.pledged", account_id="twelve", from_account_id="x")
    await storing.keep(await storing.place(), batch(newer))
    query = "SELECT data ->> 'account_id', from_account_id, frozen_account_id FROM monitored_events"
    assert await rows(monitor_pool, query) == [("twelve", None, None)]


@pytest.mark.parametrize("text", ["", "7", "1-", "1-x", "0-7", "1-7-8", "1-07", "²-7"])
def test_an_id_that_is_no_place(text: str) -> None:
    with pytest.raises(UnexpectedAnswer):
        Place.parse(text)


async def test_partitions_are_made_ahead(storing: Storing, monitor_pool: Pool) -> None:
    place = await storing.keep(await storing.place(), batch(event(SIZE - 1)))
    assert len(await rows(monitor_pool, PARTITIONS)) == 1 + PARTITIONS_AHEAD_COUNT
    await storing.keep(place, batch(event(SIZE), event(7 * SIZE)))
    names = [row[0] for row in await rows(monitor_pool, PARTITIONS)]
    assert names == [f"monitored_events_{n * SIZE}" for n in (0, 1, 2, 7, 8, 9)]
    query = "SELECT tableoid::regclass::text FROM monitored_events ORDER BY position"
    assert [row[0] for row in await rows(monitor_pool, query)] == [names[0], names[1], names[3]]


async def test_old_partitions_are_dropped_and_do_not_come_back(
    storing: Storing, monitor_pool: Pool
) -> None:
    """Of three partitions one is old, one has a young event, and one is the newest."""
    now = datetime.now(UTC)
    old = now - timedelta(days=3)
    page = batch(
        event(5, at=old),
        event(SIZE, at=old),
        event(SIZE + 1, at=now),
        event(2 * SIZE, at=old),
        event(2 * SIZE + 1, at=now),
    )
    place = await storing.keep(await storing.place(), page)
    assert await drop_old_events(monitor_pool, timedelta(days=4)) == []
    assert await drop_old_events(monitor_pool, timedelta(days=2)) == ["monitored_events_0"]
    assert await drop_old_events(monitor_pool, timedelta(days=2)) == []
    await storing.begin_again(place)
    place = await storing.keep(await storing.place(), page)
    stored = await rows(monitor_pool, STORED)
    assert stored[0][0] == SIZE
    assert {row[3] for row in await rows(monitor_pool, COUNTS) if row[0] == "day"} == {3, 2}


@pytest.mark.parametrize(
    "newest",
    [
        pytest.param(timedelta(days=900), id="of the bank"),
        pytest.param(timedelta(days=-900), id="of the monitor"),
    ],
)
async def test_a_clock_that_is_ahead_drops_nothing(
    storing: Storing, monitor_pool: Pool, newest: timedelta
) -> None:
    """An event from far ahead makes no other event old, nor does the clock of the monitor."""
    now = datetime.now(UTC)
    page = batch(event(5, at=min(now, now + newest)), event(2 * SIZE, at=now + newest))
    await storing.keep(await storing.place(), page)
    assert await drop_old_events(monitor_pool, timedelta(days=90)) == []


async def test_a_bank_that_was_set_back(storing: Storing, monitor_pool: Pool) -> None:
    """Goal: what is told again stays, what is not is told apart, and what is new is new.

    Of the first generation the bank forgets positions 3 and 4, and uses 4 for something else.
    """
    place = await storing.keep(await storing.place(), batch(event(1), event(2), event(3), event(4)))
    await storing.begin_again(place)
    await storing.begin_again(place)  # another monitor saw it as well
    place = await storing.place()
    assert (place.generation, place.next_cursor, place.position) == (2, None, 0)
    assert await settle_generation(monitor_pool) is None  # it is not read yet
    again = [event(1, epoch=2), event(2, epoch=2), login(4, epoch=2), event(9, epoch=2)]
    await storing.keep(place, batch(*again, epoch=2))
    assert await settle_generation(monitor_pool) == 2
    assert await rows(monitor_pool, STORED) == [
        (1, 2, 2, "account.frozen"),
        (2, 2, 2, "account.frozen"),
        (4, 2, 2, "session.opened"),
        (9, 2, 2, "account.frozen"),
    ]
    lost = "SELECT position, generation, epoch, type FROM lost_events ORDER BY 1"
    assert await rows(monitor_pool, lost) == [
        (3, 1, 1, "account.frozen"),
        (4, 1, 1, "account.frozen"),
    ]
    counts = await rows(monitor_pool, COUNTS)
    assert {count for *_, name, count in counts if name == "account.frozen"} == {3}
    assert await settle_generation(monitor_pool) is None
    query = "SELECT generation, left_cursor, lost_event_count FROM feed_generations"
    assert await rows(monitor_pool, query) == [(2, "1-4", 2)]


async def test_a_killed_transaction_leaves_nothing(storing: Storing, monitor_pool: Pool) -> None:
    """Goal: events without their place, or a place without its events, are never stored.

    Method: the statement that moves the place fails, after the events were inserted.
    """
    async with monitor_pool.connection() as connection:
        await connection.execute("ALTER TABLE feed_place ADD CONSTRAINT low CHECK (position < 5)")
    with pytest.raises(CheckViolation):
        await storing.keep(await storing.place(), batch(movement(5)))
    assert await rows(monitor_pool, STORED) == await rows(monitor_pool, COUNTS) == []
    assert (await storing.place()).position == 0
