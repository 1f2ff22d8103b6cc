"""Reads facts in the order of their positions."""

from collections.abc import Sequence
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
    count_max = stretch["row_count_max"]
    account_ids = await _account_ids(q, wanted)
    branches = await _read_branches(q, wanted, account_ids, stretch, first_position)
    # Where a branch was cut off, what follows of the others may come after what it lacks.
    cuts = [branch[-1].position for branch in branches if len(branch) == count_max]
    end = min([*cuts, stretch["until_position"]])
    found = sorted(
        (
            fact
            for branch in branches
            for fact in branch
            if fact.position <= end and fact.name in wanted.names
        ),
        key=attrgetter("position"),
    )
    return FactPage(found, end, account_ids)


async def _read_branches(
    q: AsyncQueries,
    wanted: Wanted,
    account_ids: list[int] | None,
    stretch: Stretch,
    first_position: int,
) -> list[Sequence[Fact]]:
    numbered: Stretch = {
        **stretch,
        "after_position": max(stretch["after_position"], first_position - 1),
    }
    audited = wanted.names & _AUDITED
    branches: list[Sequence[Fact]] = []
    if events.TransferPosted.name in wanted.names:
        branches.append(await _transfers(q, account_ids, stretch))
    if events.HoldPlaced.name in wanted.names:
        branches.append([HoldFact(row) for row in await _holds(q, account_ids, numbered)])
    if not wanted.names.isdisjoint(ENDS_OF_HOLDS.values()):
        branches.append([HoldEndFact(row) for row in await _hold_ends(q, account_ids, stretch)])
    if audited:
        rows = await _audit_events(q, wanted, audited, numbered)
        branches.append([AuditFact(row) for row in rows])
    return branches


async def _account_ids(q: AsyncQueries, wanted: Wanted) -> list[int] | None:
    """The accounts of which facts are read; None for all."""
    if wanted.account_id is not None:
        return [wanted.account_id]
    if wanted.username is not None:
        return await q.accounts.list_own_account_ids(owner=wanted.username)
    return None


async def _transfers(
    q: AsyncQueries, account_ids: list[int] | None, stretch: Stretch
) -> list[TransferFact]:
    if account_ids is None:
        return [TransferFact(row) for row in await q.transfers.list_transfers_after(**stretch)]
    own = await q.transfers.list_transfers_of_accounts_after(account_ids=account_ids, **stretch)
    return [TransferFact(row) for row in own]


async def _holds(
    q: AsyncQueries, account_ids: list[int] | None, stretch: Stretch
) -> list[models.Hold]:
    if account_ids is None:
        return await q.holds.list_holds_after(**stretch)
    return await q.holds.list_holds_of_accounts_after(account_ids=account_ids, **stretch)


async def _hold_ends(
    q: AsyncQueries, account_ids: list[int] | None, stretch: Stretch
) -> list[models.Hold]:
    if account_ids is None:
        return await q.holds.list_ends_of_holds_after(**stretch)
    return await q.holds.list_ends_of_holds_of_accounts_after(account_ids=account_ids, **stretch)


async def _audit_events(
    q: AsyncQueries, wanted: Wanted, names: frozenset[str], stretch: Stretch
) -> list[models.AuditEvent]:
    if wanted.account_id is not None:
        subject = f"account:{wanted.account_id}"
        return await q.audit_events.list_audit_events_of_subject(subject=subject, **stretch)
    if wanted.username is not None:
        return await q.audit_events.list_audit_events_of_user(username=wanted.username, **stretch)
    if names == _AUDITED:
        return await q.audit_events.list_audit_events_after(**stretch)
    return await q.audit_events.list_audit_events_of_actions(actions=sorted(names), **stretch)
