"""Facts: the rows that say what happened, each at its position in the feed.

A fact is written once, where it lives: a transfer, a hold, the end of a hold, or an audit event.
What a fact shows never changes again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from bankapp.domain import events
from gen import models
from gen.enums import HoldStatus
from gen.transfers import ListTransfersAfterRow, ListTransfersOfAccountsAfterRow

ENDS_OF_HOLDS: Final = {
    HoldStatus.CAPTURED: events.HoldCaptured.name,
    HoldStatus.VOIDED: events.HoldVoided.name,
    HoldStatus.OPEN: events.HoldExpired.name,  # nobody closed it: it was over
}


@dataclass(frozen=True, slots=True)
class TransferFact:
    """A transfer, and the balance that it left to each side."""

    row: ListTransfersAfterRow | ListTransfersOfAccountsAfterRow

    @property
    def position(self) -> int:
        return self.row.transfer.id

    @property
    def name(self) -> str:
        return events.TransferPosted.name


@dataclass(frozen=True, slots=True)
class HoldFact:
    """A hold as it was placed."""

    hold: models.Hold

    @property
    def position(self) -> int:
        return self.hold.id

    @property
    def name(self) -> str:
        return events.HoldPlaced.name


@dataclass(frozen=True, slots=True)
class HoldEndFact:
    """A hold as it ended."""

    hold: models.Hold

    @property
    def position(self) -> int:
        assert self.hold.end_position is not None
        return self.hold.end_position

    @property
    def name(self) -> str:
        return ENDS_OF_HOLDS[self.hold.status]

    @property
    def ended_at(self) -> datetime:
        """When it was closed, or was over."""
        return self.hold.closed_at or self.hold.expires_at


@dataclass(frozen=True, slots=True)
class AuditFact:
    """An event of the audit trail."""

    row: models.AuditEvent

    @property
    def position(self) -> int:
        return self.row.id

    @property
    def name(self) -> str:
        return self.row.action


Fact: TypeAlias = TransferFact | HoldFact | HoldEndFact | AuditFact
