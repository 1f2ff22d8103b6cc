"""Commands to the bank: sent until there is a reply, which is kept.

A decision is a row first. Whoever sends its command takes it for the time of a lease, so that a
monitor that is killed leaves it to another try. Before that, the feed tells whether the account was
frozen meanwhile: then the command has arrived, or somebody else has done it, and a banker may have
thawed the account since.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, Protocol

import psycopg

from bankapp_client import ClientError, Problem, problems
from monitor.bank import Bank, describe
from monitor.database import Pool, transaction
from monitor.gen.enums import DecisionStatus
from monitor.gen.models import Decision
from monitor.logs import log

LEASE: Final = timedelta(seconds=20)
# A command that was not answered within this time has ended in one way or the other.
ANSWERED_WITHIN: Final = timedelta(seconds=15)
AT_ONCE_COUNT_MAX: Final = 10
INTERVAL_S: Final = 1.0
DELAY_MAX: Final = timedelta(minutes=5)
# Refusals that another try does not change.
_FINAL: Final = (problems.NotFound, problems.AccountClosed, problems.ValidationFailed)


class Commands(Protocol):
    """How commands reach the bank."""

    async def freeze_account(self, account_id: int, *, key: str) -> dict[str, Any]:
        """Freeze an account; the reply. The key is the same for each try.

        Raises ClientError.
        """
        ...


class HttpCommands:
    """Commands over HTTP. Freezing sets a state, so the bank takes no key for it."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    async def freeze_account(self, account_id: int, *, key: str) -> dict[str, Any]:
        """Freeze an account; the reply. Raises ClientError."""
        account = await self._bank.ask(lambda client: client.freeze_account(account_id))
        return {"account": account.model_dump(mode="json"), "key": key}


class Sender:
    """Sends the commands of decisions, as long as the monitor runs."""

    def __init__(
        self,
        pool: Pool,
        commands: Commands,
        stored: asyncio.Event,
        *,
        lease: timedelta = LEASE,
        answered_within: timedelta = ANSWERED_WITHIN,
    ) -> None:
        self._pool = pool
        self._commands = commands
        self._stored = stored
        self._lease = lease
        self._answered_within = answered_within

    async def run(self) -> None:
        """Send what is due, at once when something was stored."""
        while True:
            self._stored.clear()
            try:
                await self.send_due()
            except psycopg.Error as error:
                log.error("database", exc_info=error)
            with suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL_S):
                    await self._stored.wait()

    async def send_due(self) -> int:
        """Send what is due now; how many commands that were."""
        async with transaction(self._pool) as q:
            due = await q.decisions.claim_due_decisions(
                lease=self._lease,
                answered_within=self._answered_within,
                row_count_max=AT_ONCE_COUNT_MAX,
            )
        await asyncio.gather(*map(self._send, due))
        return len(due)

    async def _send(self, decision: Decision) -> None:
        assert decision.account_id is not None
        if decision.try_count > 1 and await self._has_arrived(decision):
            return
        try:
            reply = await self._commands.freeze_account(
                decision.account_id, key=str(decision.command_key)
            )
        except _FINAL as problem:
            reply = {"code": problem.code, "request_id": problem.request_id}
            await self._keep(decision, DecisionStatus.REFUSED, reply, problem.code)
        except ClientError as error:
            await self._postpone(decision, error)
        else:
            await self._keep(decision, DecisionStatus.DONE, reply, None)

    async def _has_arrived(self, decision: Decision) -> bool:
        """Whether the account was frozen since; the event is kept as the reply then."""
        async with transaction(self._pool) as q:
            place = await q.feed_place.get_place()
            frozen = await q.monitored_events.find_freeze(
                account_id=decision.account_id or 0,
                generation=place.generation,
                after_position=decision.position,
            )
        if frozen is None:
            return False
        reply = {"frozen_by_event": f"{frozen.epoch}-{frozen.position}"}
        await self._keep(decision, DecisionStatus.DONE, reply, None)
        return True

    async def _keep(
        self,
        decision: Decision,
        status: DecisionStatus,
        reply: dict[str, Any],
        problem: str | None,
    ) -> None:
        async with transaction(self._pool) as q:
            await q.decisions.note_reply(
                id=decision.id, status=status, reply=reply, problem=problem
            )
        log.info(
            "command replied", decision=decision.id, rule=decision.rule,
            account=decision.account_id, status=status.value,
        )  # fmt: skip

    async def _postpone(self, decision: Decision, error: ClientError) -> None:
        problem = error.code if isinstance(error, Problem) else describe(error)
        log.warning("command not sent", decision=decision.id, problem=problem)
        delay = min(timedelta(seconds=2.0 ** min(decision.try_count, 10)), DELAY_MAX)
        async with transaction(self._pool) as q:
            await q.decisions.postpone_decision(id=decision.id, delay=delay, problem=problem)
