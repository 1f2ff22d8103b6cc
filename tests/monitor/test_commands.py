"""Commands: sent once, again where nobody knows, and not after a banker has undone them."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bankapp.domain.origin import THE_BANK
from bankapp_client import ClientError, Unreachable, problems
from bankapp_client.problem import ProblemDocument
from monitor.bank import Bank as WatchedBank
from monitor.commands import HttpCommands, Sender
from monitor.database import Pool, transaction
from monitor.gen.enums import DecisionStatus
from tests.factories import Make
from tests.monitor.watching import NOON, Watch, decisions, rows

SOON = timedelta(0)


class Recorded:
    """Commands that are noted, and answered as a test says."""

    def __init__(self, outcome: Callable[[], Any] = lambda: {"account": {}}) -> None:
        self.sent: list[tuple[int, str]] = []
        self.outcome = outcome

    async def freeze_account(self, account_id: int, *, key: str) -> dict[str, Any]:
        """Note it, and answer."""
        self.sent.append((account_id, key))
        await asyncio.sleep(0)
        outcome = self.outcome()
        if isinstance(outcome, BaseException):
            raise outcome
        return dict(outcome)


def sender(pool: Pool, commands: Any, *, lease: timedelta = SOON) -> Sender:
    """Sends, and knows at once that a command that was not answered has ended."""
    return Sender(pool, commands, asyncio.Event(), lease=lease, answered_within=SOON)


async def decide(pool: Pool, account_id: int = 12, position: int = 5) -> None:
    """A rule has found something."""
    async with transaction(pool) as q:
        await q.decisions.insert_decision(
            rule="many_withdrawals",
            subject=f"account:{account_id}",
            account_id=account_id,
            generation=1,
            position=position,
            event_count=3,
            within=timedelta(minutes=1),
            happened_at=NOON,
            status=DecisionStatus.DUE,
        )


async def become_due(pool: Pool) -> None:
    """Let the time of the next try come, with a feed that is read up to now."""
    async with pool.connection() as connection:
        await connection.execute("UPDATE decisions SET next_try_at = now()")
    async with pool.connection() as connection:
        await connection.execute("UPDATE feed_place SET caught_up_at = now()")


def refusal(kind: type[problems.NotFound | problems.AccountClosed | problems.Unavailable]) -> Any:
    """A problem of the bank."""
    return kind(
        ProblemDocument(
            status=409, code=kind.code, title="t", detail="d", request_id="r", retryable=False
        )
    )


async def test_a_reply_is_kept(
    monitor_pool: Pool, watched: WatchedBank, watch: Watch, make: Make
) -> None:
    account = await make.account(balance=100)
    await decide(monitor_pool, account.id)
    commands = HttpCommands(watched)
    assert await sender(monitor_pool, commands).send_due() == 1
    [found] = await decisions(monitor_pool)
    assert (found.status, found.reply["account"]["status"]) == ("done", "frozen")
    assert found.reply["key"] == str(found.command_key)
    assert await sender(monitor_pool, commands).send_due() == 0
    await watch.read()
    query = "SELECT count(*) FROM monitored_events WHERE frozen_account_id IS NOT NULL"
    assert await rows(monitor_pool, query) == [(1,)]


async def test_two_senders_at_once(monitor_pool: Pool) -> None:
    """Goal: a command is on its way once. Method: four senders take from the same ten decisions."""
    for number in range(10):
        await decide(monitor_pool, number + 1)
    commands = Recorded()
    lease = timedelta(minutes=1)
    senders = [sender(monitor_pool, commands, lease=lease) for _ in range(4)]
    await asyncio.gather(*(one.send_due() for one in senders))
    assert sorted(account for account, _ in commands.sent) == list(range(1, 11))
    assert {one.status for one in await decisions(monitor_pool)} == {"done"}


async def test_who_takes_a_command_keeps_it_from_others(monitor_pool: Pool) -> None:
    """Goal: another does not wait for it. Method: both take, in transactions that are open."""
    await decide(monitor_pool)
    found: list[int] = []
    async with transaction(monitor_pool) as one, transaction(monitor_pool) as other:
        for q in (one, other):
            taken = await q.decisions.claim_due_decisions(
                lease=SOON, answered_within=SOON, row_count_max=10
            )
            found.append(len(taken))
    assert found == [1, 0]


async def test_a_sender_that_is_killed_leaves_its_command_to_another(monitor_pool: Pool) -> None:
    """Goal: nothing is forgotten, and each try has the same key.

    Method: the first sender is killed while its command is on its way.
    """
    await decide(monitor_pool)
    hanging = Recorded()
    hanging.outcome = asyncio.CancelledError
    with pytest.raises(asyncio.CancelledError):
        await sender(monitor_pool, hanging).send_due()
    other = Recorded()
    assert await sender(monitor_pool, other).send_due() == 0  # the feed is not read since
    await become_due(monitor_pool)
    assert await sender(monitor_pool, other).send_due() == 1
    assert other.sent == hanging.sent
    [found] = await decisions(monitor_pool)
    assert (found.status, found.try_count) == ("done", 2)


async def test_a_command_is_not_sent_again_during_its_lease(monitor_pool: Pool) -> None:
    await decide(monitor_pool)
    hanging = Recorded(asyncio.CancelledError)
    with pytest.raises(asyncio.CancelledError):
        await sender(monitor_pool, hanging, lease=timedelta(minutes=1)).send_due()
    async with monitor_pool.connection() as connection:
        await connection.execute("UPDATE feed_place SET caught_up_at = now()")
    assert await sender(monitor_pool, Recorded()).send_due() == 0


async def test_an_account_that_was_thawed_since_is_not_frozen_twice(
    monitor_pool: Pool, watched: WatchedBank, watch: Watch, make: Make
) -> None:
    """Goal: a command whose reply was lost is not done again after a banker has undone it.

    Method: the command arrives, its sender is killed before the reply, and a banker thaws.
    """
    account = await make.account(balance=100)
    await decide(monitor_pool, account.id)

    class LosesReply(HttpCommands):
        async def freeze_account(self, account_id: int, *, key: str) -> dict[str, Any]:
            await super().freeze_account(account_id, key=key)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await sender(monitor_pool, LosesReply(watched)).send_due()
    await watch.store.accounts.thaw(account.id, origin=THE_BANK)
    place = await watch.read()
    await become_due(monitor_pool)
    assert await sender(monitor_pool, HttpCommands(watched)).send_due() == 1
    [found] = await decisions(monitor_pool)
    assert (found.status, found.try_count) == ("done", 2)
    epoch, position = found.reply["frozen_by_event"].split("-")
    assert (int(epoch), int(position) <= place.position) == (1, True)
    await watch.read()
    query = "SELECT type FROM monitored_events WHERE type LIKE 'account.%' ORDER BY position"
    assert [row[0] for row in await rows(monitor_pool, query)][-2:] == [
        "account.frozen",
        "account.thawed",
    ]


@pytest.mark.parametrize("kind", [problems.NotFound, problems.AccountClosed])
async def test_a_refusal_that_stays_is_kept(monitor_pool: Pool, kind: Any) -> None:
    await decide(monitor_pool)
    assert await sender(monitor_pool, Recorded(lambda: refusal(kind))).send_due() == 1
    [found] = await decisions(monitor_pool)
    assert (found.status, found.last_problem) == ("refused", kind.code)
    assert found.reply == {"code": kind.code, "request_id": "r"}
    assert await sender(monitor_pool, Recorded()).send_due() == 0


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        pytest.param(Unreachable("secret"), "the bank does not answer", id="no answer"),
        pytest.param(refusal(problems.Unavailable), "unavailable", id="unavailable"),
    ],
)
async def test_what_may_pass_is_tried_again(
    monitor_pool: Pool, error: ClientError, problem: str
) -> None:
    await decide(monitor_pool)
    commands = Recorded(lambda: error)
    assert await sender(monitor_pool, commands).send_due() == 1
    [found] = await decisions(monitor_pool)
    assert (found.status, found.last_problem, found.reply) == ("due", problem, None)
    assert found.next_try_at > found.tried_at + timedelta(seconds=1)
    await become_due(monitor_pool)
    commands.outcome = Recorded().outcome
    assert await sender(monitor_pool, commands).send_due() == 1
    [found] = await decisions(monitor_pool)
    assert (found.status, found.last_problem) == ("done", None)


async def test_the_first_reply_stays(monitor_pool: Pool) -> None:
    """Two tries were both answered: a lease had ended while its sender was slow."""
    await decide(monitor_pool)
    async with transaction(monitor_pool) as q:
        for status in (DecisionStatus.DONE, DecisionStatus.REFUSED):
            await q.decisions.note_reply(id=1, status=status, reply={}, problem=None)
    [found] = await decisions(monitor_pool)
    assert found.status == "done"
