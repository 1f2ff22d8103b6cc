"""Events of users, sessions and accounts, a class each. `EVENTS` lists them all.

Transfers and holds are not among them, for the ledger has a row of its own for each.
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar, Final, NamedTuple, TypeAlias

from bankapp.domain.roles import Role
from gen.enums import AccountStatus

State: TypeAlias = Mapping[str, str | bool]


class Change(NamedTuple):
    """The values that changed, as JSON, before the event and after it."""

    before: State | None = None
    after: State | None = None


class Event(ABC):
    """Something that happened. The transaction in which it happens records it.

    The fields are the event's data and hold no secret. `name` is the action in the audit trail, and
    readers know an event by `type_name`: both stay. A new field with a default is free; any other
    change of the data is another event.
    """

    __slots__ = ()
    name: ClassVar[str]
    version: ClassVar[int] = 1

    @classmethod
    def type_name(cls) -> str:
        """The name with the version of its data, such as account.frozen.v1."""
        return f"{cls.name}.v{cls.version}"

    @classmethod
    def meaning(cls) -> str:
        """The docstring on one line."""
        return " ".join((cls.__doc__ or "").split())

    @property
    @abstractmethod
    def subject(self) -> str:
        """The kind and the key of the user, session or account, such as user:alice."""

    def change(self) -> Change:
        """The values that the audit trail keeps; none unless an event says otherwise."""
        return Change()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEvent(Event):
    """Something that happened to a user."""

    username: str

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
class SessionEvent(Event):
    """Something that happened to a session."""

    session_id: uuid.UUID

    @property
    def subject(self) -> str:
        return f"session:{self.session_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(SessionEvent):
    """A user signed in."""

    name = "session.opened"
    username: str
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
class AccountEvent(Event):
    """Something that happened to an account."""

    account_id: int

    @property
    def subject(self) -> str:
        return f"account:{self.account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(AccountEvent):
    """A customer opened an account."""

    name = "account.opened"
    owner: str
    currency: str

    def change(self) -> Change:
        return Change(after={"owner": self.owner, "currency": self.currency})


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


EVENTS: Final[tuple[type[Event], ...]] = (
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
)
