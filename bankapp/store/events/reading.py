"""Reads facts in the order of their positions."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypedDict

from bankapp.domain import events
from bankapp.store.events.facts import (
    ENDS_OF_HOLDS,
    AuditFact,
    Fact,
    HoldEndFact,
    HoldFact,
    TransferFact,
)
from gen import models
from gen.queries import AsyncQueries

_AUDITED = frozenset(event.name for event in events.EVENTS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which facts are read: of these names, and of one account, of one user, or of all."""

    names: frozenset[str]
    account_id: int | None = None
    username: str | None = None


class Stretch(TypedDict):
    """Positions after the first and up to the last; so many rows of each kind are read at most."""

    after_position: int
    until_position: int
    row_count_max: int


@dataclass(frozen=True, slots=True)
class FactPage:
    """Facts in ascending order, the position to read on from, and the accounts that were looked at.

    `account_ids` is None for all.
    """

    facts: list[Fact]
    position: int
    account_ids: Sequence[int] | None

    def cut(self, count_max: int) -> "FactPage":
        """The first of them."""
        if len(self.facts) <= count_max:
            return self
        facts = self.facts[:count_max]
        return FactPage(facts, facts[-1].position, self.account_ids)


async def read_facts(
    q: AsyncQueries, wanted: Wanted, stretch: Stretch, first_position: int
) -> FactPage:
    """Read the next facts of a stretch, which may be few or none although more follow.

    Each kind of row is read by itself, a bounded number of rows whatever is wanted. Holds and audit
    events with ids before `first_position` are no facts.
    """
    reader = _Reader(q, wanted, await _account_ids(q, wanted), first_position)
    found: list[Fact] = []
    for read in reader.branches():
        facts = await read(stretch)
        found += facts
        if len(facts) == stretch["row_count_max"]:
            # What follows of the others may come after what this branch lacks: it is for later.
            stretch = {**stretch, "until_position": facts[-1].position}
    end = stretch["until_position"]
    facts = [fact for fact in found if fact.position <= end and fact.name in wanted.names]
    return FactPage(sorted(facts, key=attrgetter("position")), end, reader.account_ids)


async def _account_ids(q: AsyncQueries, wanted: Wanted) -> list[int] | None:
    """The accounts of which facts are read; None for all."""
    if wanted.account_id is not None:
        return [wanted.account_id]
    if wanted.username is not None:
        return await q.accounts.list_own_account_ids(owner=wanted.username)
    return None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the branches of the feed, one for each kind of row."""

    q: AsyncQueries
    wanted: Wanted
    account_ids: list[int] | None
    first_position: int

    def branches(self) -> Iterator[Callable[[Stretch], Awaitable[Sequence[Fact]]]]:
        """Those that are wanted, first the one that most likely has the most facts."""
        names = self.wanted.names
        if events.TransferPosted.name in names:
            yield self._transfers
        if events.HoldPlaced.name in names:
            yield self._holds
        if not names.isdisjoint(ENDS_OF_HOLDS.values()):
            yield self._hold_ends
        if not names.isdisjoint(_AUDITED):
            yield self._audit_events

    async def _transfers(self, stretch: Stretch) -> list[Fact]:
        transfers = self.q.transfers
        if self.account_ids is None:
            return [TransferFact(row) for row in await transfers.list_transfers_after(**stretch)]
        own = await transfers.list_transfers_of_accounts_after(
            account_ids=self.account_ids, **stretch
        )
        return [TransferFact(row) for row in own]

    async def _holds(self, stretch: Stretch) -> list[Fact]:
        holds, numbered = self.q.holds, self._numbered(stretch)
        if self.account_ids is None:
            return [HoldFact(row) for row in await holds.list_holds_after(**numbered)]
        own = await holds.list_holds_of_accounts_after(account_ids=self.account_ids, **numbered)
        return [HoldFact(row) for row in own]

    async def _hold_ends(self, stretch: Stretch) -> list[Fact]:
        holds = self.q.holds
        if self.account_ids is None:
            return [HoldEndFact(row) for row in await holds.list_ends_of_holds_after(**stretch)]
        own = await holds.list_ends_of_holds_of_accounts_after(
            account_ids=self.account_ids, **stretch
        )
        return [HoldEndFact(row) for row in own]

    async def _audit_events(self, stretch: Stretch) -> list[Fact]:
        return [AuditFact(row) for row in await self._audit_rows(self._numbered(stretch))]

    async def _audit_rows(self, stretch: Stretch) -> list[models.AuditEvent]:
        audit, wanted = self.q.audit_events, self.wanted
        if wanted.account_id is not None:
            subject = f"account:{wanted.account_id}"
            return await audit.list_audit_events_of_subject(subject=subject, **stretch)
        if wanted.username is not None:
            return await audit.list_audit_events_of_user(username=wanted.username, **stretch)
        if wanted.names >= _AUDITED:
            return await audit.list_audit_events_after(**stretch)
        actions = sorted(wanted.names & _AUDITED)
        return await audit.list_audit_events_of_actions(actions=actions, **stretch)

    def _numbered(self, stretch: Stretch) -> Stretch:
        """A stretch of rows that had numbers before there were positions."""
        after = max(stretch["after_position"], self.first_position - 1)
        return {**stretch, "after_position": after}
