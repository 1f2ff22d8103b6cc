"""Users, and changes of them."""

import uuid
from dataclasses import dataclass

from bankapp.domain.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A user to be added, with a hashed password."""

    username: str
    hashed_password: str
    full_name: str
    email: str
    role: Role = Role.DEPOSITOR


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChange:
    """The new values of a user; None leaves a value as it is.

    `known_role` is the user's role when the caller was allowed the change. `known_hash` is the hash
    that the current password was checked against, None where no password was asked for. A new
    password ends the user's sessions, except `kept_session_id`.
    """

    username: str
    known_role: Role
    full_name: str | None = None
    email: str | None = None
    hashed_password: str | None = None
    known_hash: str | None = None
    kept_session_id: uuid.UUID | None = None
