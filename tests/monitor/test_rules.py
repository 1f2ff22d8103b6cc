"""Rules: what is one too many, and what is not."""

from datetime import timedelta
from typing import Any

import pytest

from monitor.database import Pool
from monitor.intake.storing import Storing
from monitor.rules import TooManyLogins, TooManyWithdrawals
from monitor.values import Threshold
from tests.monitor.watching import NOON, batch, decisions, event, login, movement, rows

THREE_IN_A_MINUTE = Threshold(3, timedelta(minutes=1))
S = timedelta(seconds=1)


@pytest.fixture
async def judging(monitor_pool: Pool) -> Storing:
    """Stores events, and judges those from noon on."""
    async with monitor_pool.connection() as connection:
        await connection.execute("UPDATE feed_place SET acts_from = %s", [NOON])
    return Storing(
        monitor_pool, [TooManyWithdrawals(THREE_IN_A_MINUTE), TooManyLogins(THREE_IN_A_MINUTE)]
    )


async def judged(
    judging: Storing, pool: Pool, *events: dict[str, Any], at_once: bool = True
) -> list[tuple[str, str, int]]:
    """The decisions after these events."""
    place = await judging.place()
    for page in [events] if at_once else [[one] for one in events]:
        place = await judging.keep(place, batch(*page))
    return [(one.rule, one.subject, one.position) for one in await decisions(pool)]


@pytest.mark.parametrize("at_once", [True, False], ids=["in one page", "in a page each"])
@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param([0, 1], [], id="one short"),
        pytest.param([0, 30, 60], [3], id="just within"),
        pytest.param([0, 30, 60.000001], [], id="a microsecond too slow"),
        pytest.param([0, 1, 2, 3, 4], [3], id="the third counts for one occasion"),
        pytest.param([0, 1, 2, 3, 4, 5], [3, 6], id="three more are another occasion"),
        pytest.param([0, 100, 101, 102], [4], id="a slow one before"),
    ],
)
async def test_withdrawals(
    judging: Storing, monitor_pool: Pool, times: list[float], expected: list[int], *, at_once: bool
) -> None:
    events = [movement(n, at=time * S) for n, time in enumerate(times, 1)]
    found = await judged(judging, monitor_pool, *events, at_once=at_once)
    assert found == [("many_withdrawals", "account:12", position) for position in expected]


async def test_what_is_no_withdrawal_from_the_account_does_not_count(
    judging: Storing, monitor_pool: Pool
) -> None:
    others = [
        movement(1),
        movement(2, "transfer"),
        movement(3, "deposit", source=1, target=12),
        movement(4, source=13),
        event(5),
        movement(6),
    ]
    assert await judged(judging, monitor_pool, *others) == []
    assert len(await judged(judging, monitor_pool, movement(7))) == 1
    [found] = await decisions(monitor_pool)
    assert (found.status, found.account_id, found.event_count) == ("due", 12, 3)


async def test_logins_are_noted(judging: Storing, monitor_pool: Pool) -> None:
    events = [login(1), login(2, "bob"), login(3), login(4)]
    assert await judged(judging, monitor_pool, *events) == [("many_logins", "user:alice", 4)]
    [found] = await decisions(monitor_pool)
    assert (found.status, found.account_id) == ("noted", None)


async def test_what_happened_before_the_monitor_was_there_is_history(
    judging: Storing, monitor_pool: Pool
) -> None:
    """The last of the events decides: those before it count, whenever they happened."""
    history = [movement(n, at=-S) for n in range(1, 10)]
    assert await judged(judging, monitor_pool, *history) == []
    assert len(await judged(judging, monitor_pool, movement(10, at=0 * S))) == 1


async def test_events_that_are_told_again_are_not_judged_again(
    judging: Storing, monitor_pool: Pool
) -> None:
    """The bank was set back: of four withdrawals it tells three again, and then others."""
    events = [movement(n, at=n * S) for n in (1, 2, 3, 4)]
    assert len(await judged(judging, monitor_pool, *events)) == 1
    await judging.begin_again(await judging.place())
    again = [movement(n, at=n * S, epoch=2) for n in (1, 2, 3)]
    assert len(await judged(judging, monitor_pool, *again)) == 1
    others = [movement(n, at=n * S, epoch=2) for n in (14, 15)]
    assert len(await judged(judging, monitor_pool, *others)) == 1
    more = await judged(judging, monitor_pool, movement(16, at=16 * S, epoch=2))
    assert [position for _, _, position in more] == [3, 16]


async def test_a_rule_that_is_new_does_not_judge_what_is_told_again(
    judging: Storing, monitor_pool: Pool
) -> None:
    """The bank was set back, and its feed is read again with a rule that was not there before."""
    events = [movement(n, at=n * S) for n in (1, 2, 3)]
    assert await judged(Storing(monitor_pool, []), monitor_pool, *events) == []
    await judging.begin_again(await judging.place())
    assert await judged(judging, monitor_pool, *events) == []


async def test_an_occasion_is_decided_once(judging: Storing, monitor_pool: Pool) -> None:
    """Goal: the constraint holds where the place does not, as after a dump that was restored."""
    events = [movement(n, at=n * S) for n in (1, 2, 3)]
    assert len(await judged(judging, monitor_pool, *events)) == 1
    for statement in (
        "DELETE FROM monitored_events",
        "UPDATE feed_place SET position = 0, next_cursor = NULL",
    ):
        async with monitor_pool.connection() as connection:
            await connection.execute(statement.encode())
    assert len(await judged(judging, monitor_pool, *events)) == 1
    assert len(await rows(monitor_pool, "SELECT FROM monitored_events")) == 3
