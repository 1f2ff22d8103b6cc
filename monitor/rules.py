"""Rules: what happens too often within a time is decided upon, once for each occasion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bankapp_client import models
from monitor.gen.enums import DecisionStatus
from monitor.gen.models import FeedPlace
from monitor.gen.queries import AsyncQueries
from monitor.intake.batch import Happening
from monitor.settings import Settings
from monitor.values import Threshold


class Rule(Protocol):
    """A rule judges events that were just stored, in the same transaction."""

    async def judge(
        self, q: AsyncQueries, place: FeedPlace, happenings: Sequence[Happening]
    ) -> None:
        """Leave a decision for each occasion that these events complete."""
        ...


@dataclass(frozen=True, slots=True)
class TooManyWithdrawals:
    """Freezes an account from which so many withdrawals were made within a time."""

    limit: Threshold
    name = "many_withdrawals"

    async def judge(
        self, q: AsyncQueries, place: FeedPlace, happenings: Sequence[Happening]
    ) -> None:
        """Leave a decision for each occasion that these events complete."""
        for one in happenings:
            event = one.event
            if not isinstance(event, models.TransferPostedEvent) or event.data.kind != "withdrawal":
                continue
            account_id = event.data.from_account_id
            occasion = _Occasion(self.name, f"account:{account_id}", self.limit, place, one)
            if (counted := await occasion.counted_position(q)) is None:
                continue
            first_at = await q.monitored_events.find_withdrawal_before(
                account_id=account_id,
                generation=place.generation,
                counted_position=counted,
                position=one.position,
                skipped_count=self.limit.count - 1,
            )
            await occasion.decide(q, first_at, account_id)


@dataclass(frozen=True, slots=True)
class TooManyLogins:
    """Takes note of a user who signed in so often within a time."""

    limit: Threshold
    name = "many_logins"

    async def judge(
        self, q: AsyncQueries, place: FeedPlace, happenings: Sequence[Happening]
    ) -> None:
        """Leave a decision for each occasion that these events complete."""
        for one in happenings:
            event = one.event
            if not isinstance(event, models.SessionOpenedEvent):
                continue
            username = event.data.username
            occasion = _Occasion(self.name, f"user:{username}", self.limit, place, one)
            if (counted := await occasion.counted_position(q)) is None:
                continue
            first_at = await q.monitored_events.find_login_before(
                username=username,
                generation=place.generation,
                counted_position=counted,
                position=one.position,
                skipped_count=self.limit.count - 1,
            )
            await occasion.decide(q, first_at, None)


@dataclass(frozen=True, slots=True)
class _Occasion:
    """An event that may be one too many for a subject."""

    rule: str
    subject: str
    limit: Threshold
    place: FeedPlace
    last: Happening

    async def counted_position(self, q: AsyncQueries) -> int | None:
        """Behind which events count; None where the event itself does not.

        What happened before this monitor was first started is history: it may be from long ago.
        """
        if self.last.happened_at < self.place.acts_from:
            return None
        return await q.decisions.get_counted_position(
            rule=self.rule, subject=self.subject, before_position=self.last.position
        )

    async def decide(
        self, q: AsyncQueries, first_at: datetime | None, account_id: int | None
    ) -> None:
        """Leave a decision if the first of the events is young enough."""
        if first_at is None or self.last.happened_at - first_at > self.limit.within:
            return
        await q.decisions.insert_decision(
            rule=self.rule,
            subject=self.subject,
            account_id=account_id,
            generation=self.place.generation,
            position=self.last.position,
            event_count=self.limit.count,
            within=self.limit.within,
            happened_at=self.last.happened_at,
            status=DecisionStatus.NOTED if account_id is None else DecisionStatus.DUE,
        )


def rules_of(settings: Settings) -> list[Rule]:
    """The rules that the settings size."""
    rules: list[Rule] = []
    if settings.freeze_after_withdrawals is not None:
        rules.append(TooManyWithdrawals(settings.freeze_after_withdrawals))
    if settings.note_after_logins is not None:
        rules.append(TooManyLogins(settings.note_after_logins))
    return rules
