"""Events: what happens at the bank, a class each. `EVENTS` lists those of the audit trail.

Events of transfers and holds need no record there, for the ledger has a row of its own for each.
They are `LEDGER_EVENTS`.
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import ClassVar, Final, NamedTuple, TypeAlias

from bankapp.domain.roles import Role
from bankapp.domain.webhooks import DisabledReason
from gen.enums import AccountStatus, ExchangeRateStatus, WebhookStatus

State: TypeAlias = Mapping[str, str | bool]


class Change(NamedTuple):
    """The values that changed, as JSON, before the event and after it."""

    before: State | None = None
    after: State | None = None


class Event(ABC):
    """Something that happened.

    Readers know it by `name`, which stays. What they are told of it is declared in
    `bankapp/operations/events/declared.py`.
    """

    __slots__ = ()
    name: ClassVar[str]

    @classmethod
    def meaning(cls) -> str:
        """The docstring on one line."""
        return " ".join((cls.__doc__ or "").split())


class AuditedEvent(Event):
    """Something that happened, and is recorded in the transaction in which it happens.

    The fields hold no secret. `name` is the action in the audit trail.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def concerns(self) -> str | None:
        """The user whom it concerns, if it is one."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """The kind and the key of what it happened to, such as user:alice."""

    def change(self) -> Change:
        """The values that the audit trail keeps; none unless an event says otherwise."""
        return Change()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEvent(AuditedEvent):
    """Something that happened to a user."""

    username: str

    @property
    def concerns(self) -> str:
        return self.username

    @property
    def subject(self) -> str:
        return f"user:{self.username}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDetails:
    """The values of a user that can change and are no secret."""

    full_name: str
    email: str
    is_email_verified: bool
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCreated(UserEvent):
    """A user signed up, or was registered by the bank."""

    name = "user.created"
    details: UserDetails

    def change(self) -> Change:
        return Change(after=asdict(self.details))


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChanged(UserEvent):
    """A user's name or e-mail address changed; a new address is not yet verified."""

    name = "user.changed"
    before: UserDetails
    after: UserDetails

    def change(self) -> Change:
        """Only the values that differ."""
        before, after = asdict(self.before), asdict(self.after)
        changed = [name for name in before if before[name] != after[name]]
        return Change(
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRoleChanged(UserEvent):
    """A user was given another role."""

    name = "user.role_changed"
    before: Role
    after: Role

    def change(self) -> Change:
        return Change(before={"role": self.before}, after={"role": self.after})


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEmailVerified(UserEvent):
    """A user proved that the e-mail address is theirs."""

    name = "user.email_verified"

    def change(self) -> Change:
        return Change(before={"is_email_verified": False}, after={"is_email_verified": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPasswordChanged(UserEvent):
    """A user has a new password; earlier codes to reset it are void."""

    name = "user.password_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPasswordRehashed(UserEvent):
    """A user's password was hashed again at the present cost; the password is the same."""

    name = "user.password_rehashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserBlocked(UserEvent):
    """A user may not sign in until unblocked; all sessions ended."""

    name = "user.blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserUnblocked(UserEvent):
    """A blocked user may sign in again."""

    name = "user.unblocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEvent(AuditedEvent):
    """Something that happened to a session of a user's."""

    username: str
    session_id: uuid.UUID

    @property
    def concerns(self) -> str:
        return self.username

    @property
    def subject(self) -> str:
        return f"session:{self.session_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(SessionEvent):
    """A user signed in."""

    name = "session.opened"
    user_agent: str

    def change(self) -> Change:
        return Change(after={"username": self.username, "user_agent": self.user_agent})


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRenewed(SessionEvent):
    """A session's refresh token was replaced by the next one."""

    name = "session.renewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReuseDetected(SessionEvent):
    """A refresh token was used twice, so two parties hold it; the session ended."""

    name = "session.reuse_detected"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(SessionEvent):
    """A user signed out of a session, or a new password or a block ended it."""

    name = "session.ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent(AuditedEvent):
    """Something that happened to an account of a user's."""

    username: str
    account_id: int

    @property
    def concerns(self) -> str:
        return self.username

    @property
    def subject(self) -> str:
        return f"account:{self.account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(AccountEvent):
    """A customer opened an account."""

    name = "account.opened"
    currency: str

    def change(self) -> Change:
        return Change(after={"owner": self.username, "currency": self.currency})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFrozen(AccountEvent):
    """An open account was frozen: no money moves in or out."""

    name = "account.frozen"

    def change(self) -> Change:
        return Change(before={"status": AccountStatus.OPEN}, after={"status": AccountStatus.FROZEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountThawed(AccountEvent):
    """A frozen account was opened again."""

    name = "account.thawed"

    def change(self) -> Change:
        return Change(before={"status": AccountStatus.FROZEN}, after={"status": AccountStatus.OPEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(AccountEvent):
    """An open account without money was closed for good."""

    name = "account.closed"

    def change(self) -> Change:
        return Change(before={"status": AccountStatus.OPEN}, after={"status": AccountStatus.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent(AuditedEvent):
    """Something that happened to a webhook, of a customer or of the bank."""

    webhook_id: int
    owner: str | None

    @property
    def concerns(self) -> str | None:
        return self.owner

    @property
    def subject(self) -> str:
        return f"webhook:{self.webhook_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDetails:
    """The values of a webhook that its owner can change. Of the URL only the host is no secret."""

    host: str
    types: str
    status: WebhookStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCreated(WebhookEvent):
    """A customer, or a banker for the bank, has events sent to a server."""

    name = "webhook.created"
    details: WebhookDetails

    def change(self) -> Change:
        return Change(after=asdict(self.details))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChanged(WebhookEvent):
    """A webhook got another URL or other types of events, or was paused or resumed."""

    name = "webhook.changed"
    before: WebhookDetails
    after: WebhookDetails

    def change(self) -> Change:
        return Change(before=asdict(self.before), after=asdict(self.after))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDeleted(WebhookEvent):
    """A webhook was deleted; nothing more is sent."""

    name = "webhook.deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecretRotated(WebhookEvent):
    """A webhook got a new secret; the one before may sign along for a day."""

    name = "webhook.secret_rotated"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDisabled(WebhookEvent):
    """The bank sends a webhook nothing more: its server wants it so, or has failed for days."""

    name = "webhook.disabled"
    reason: DisabledReason

    def change(self) -> Change:
        return Change(after={"reason": self.reason})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEpochBegun(AuditedEvent):
    """The database was set back, and readers of the feed have to start over."""

    name = "feed.epoch_begun"
    epoch: int

    @property
    def concerns(self) -> None:
        return None

    @property
    def subject(self) -> str:
        return f"feed:{self.epoch}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedConsumerSetBack(AuditedEvent):
    """An operator has a consumer of the feed take events again, or skip some."""

    name = "feed.consumer_set_back"
    consumer: str

    @property
    def concerns(self) -> None:
        return None

    @property
    def subject(self) -> str:
        return f"feed_consumer:{self.consumer}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateEvent(AuditedEvent):
    """Something that happened to an exchange rate that was held."""

    status: ClassVar[ExchangeRateStatus]
    base: str
    quote: str
    as_of: date
    source: str
    rate: str

    @property
    def concerns(self) -> None:
        return None

    @property
    def subject(self) -> str:
        return f"exchange_rate:{self.base}-{self.quote}-{self.as_of}-{self.source}"

    def change(self) -> Change:
        held = ExchangeRateStatus.HELD
        return Change(before={"status": held}, after={"status": self.status, "rate": self.rate})


@dataclass(frozen=True, slots=True, kw_only=True)
class RateAccepted(RateEvent):
    """A banker accepted a rate that was held, because it was far off the one before."""

    name = "exchange_rate.accepted"
    status = ExchangeRateStatus.ACCEPTED


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRefused(RateEvent):
    """A banker refused a rate that was held; it stays refused."""

    name = "exchange_rate.refused"
    status = ExchangeRateStatus.REFUSED


class TransferPosted(Event):
    """Money moved from one account to another."""

    name = "transfer.posted"


class HoldPlaced(Event):
    """Money of one account was held for another."""

    name = "hold.placed"


class HoldCaptured(Event):
    """A hold ended because all of it was paid; each payment is a transfer of its own."""

    name = "hold.captured"


class HoldVoided(Event):
    """A hold was let go; what was not captured is available again."""

    name = "hold.voided"


class HoldExpired(Event):
    """A hold was over before it was captured in full. It is noticed within a minute or two."""

    name = "hold.expired"


LEDGER_EVENTS: Final[tuple[type[Event], ...]] = (
    TransferPosted,
    HoldPlaced,
    HoldCaptured,
    HoldVoided,
    HoldExpired,
)
EVENTS: Final[tuple[type[AuditedEvent], ...]] = (
    UserCreated,
    UserChanged,
    UserRoleChanged,
    UserEmailVerified,
    UserPasswordChanged,
    UserPasswordRehashed,
    UserBlocked,
    UserUnblocked,
    SessionOpened,
    SessionRenewed,
    SessionReuseDetected,
    SessionEnded,
    AccountOpened,
    AccountFrozen,
    AccountThawed,
    AccountClosed,
    WebhookCreated,
    WebhookChanged,
    WebhookDeleted,
    WebhookSecretRotated,
    WebhookDisabled,
    FeedEpochBegun,
    FeedConsumerSetBack,
    RateAccepted,
    RateRefused,
)
