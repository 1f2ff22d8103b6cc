"""Sessions of users who log in."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

from bankapp.domain.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session to be opened. Without `refresh_token_hash` it cannot be renewed.

    `known_hash` is the hash that the password was checked against, None where none was checked.
    """

    id: uuid.UUID
    username: str
    user_agent: str
    client_address: IPv4Address | IPv6Address | None
    lifetime: timedelta
    refresh_token_hash: bytes | None = None
    known_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """A refresh token that replaces the one that was used.

    `renewal_hash` tells the same renewal by the same client, which may come twice.
    """

    session_id: uuid.UUID
    used_hash: bytes
    next_hash: bytes
    renewal_hash: bytes
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class Renewed:
    """A session that was renewed: whose it is, and when it ends now."""

    username: str
    role: Role
    expires_at: datetime
