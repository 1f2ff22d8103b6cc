"""Senders of requests: visitors, holders of a session, and callers with a role."""

import uuid
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from bankapp.domain import limits
from bankapp.domain.origin import Origin
from bankapp.domain.roles import Role, exceeds, includes


@dataclass(frozen=True, slots=True)
class Visitor:
    """The sender of a request, not authenticated."""

    address: IPv4Address | IPv6Address | None
    user_agent: str
    request_id: str

    @classmethod
    def at_door(
        cls, address: IPv4Address | IPv6Address | None, user_agent: str, request_id: str
    ) -> "Visitor":
        """A visitor with the user agent as it is stored: printable, and not too long."""
        if not user_agent.isprintable():
            user_agent = "".join(filter(str.isprintable, user_agent))
        return cls(address, user_agent[: limits.USER_AGENT_LENGTH_MAX], request_id)

    def with_session(self, session_id: uuid.UUID, username: str) -> "SessionHolder":
        """The same sender, known as the holder of a session."""
        return SessionHolder(self.address, self.user_agent, self.request_id, username, session_id)

    @property
    def origin(self) -> Origin:
        """The origin of a change that this request makes."""
        return self.origin_as(None)

    def origin_as(self, username: str | None) -> Origin:
        """The origin for a visitor who has just been authenticated as this user."""
        return Origin(username, self.request_id, self.address)


@dataclass(frozen=True, slots=True)
class SessionHolder(Visitor):
    """A user known by a valid access token from the cache.

    Neither the role nor whether the session is still open is known yet.
    """

    username: str
    session_id: uuid.UUID

    def with_role(self, role: Role, *, is_email_verified: bool) -> "Caller":
        """The same user, known to have an open session and this role."""
        return Caller(
            self.address,
            self.user_agent,
            self.request_id,
            self.username,
            self.session_id,
            role,
            is_email_verified,
        )

    @property
    def origin(self) -> Origin:
        """The origin of a change that this request makes."""
        return Origin(self.username, self.request_id, self.address, self.session_id)


@dataclass(frozen=True, slots=True)
class Caller(SessionHolder):
    """A user with an open session, and a role."""

    role: Role
    is_email_verified: bool

    def is_banker(self) -> bool:
        """Whether the caller is a banker or has a higher role."""
        return includes(self.role, Role.BANKER)

    def is_above(self, role: Role) -> bool:
        """Whether the caller's role is a higher one."""
        return exceeds(self.role, role)

    def may_see(self, *owners: str | None) -> bool:
        """Whether the caller is one of these owners, or a banker."""
        return self.is_banker() or self.username in owners
