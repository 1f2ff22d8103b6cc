"""People who sign in."""

import uuid
from dataclasses import dataclass

from bankapp.domain.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A user to be added; the password is hashed already."""

    username: str
    hashed_password: str
    full_name: str
    email: str
    role: Role = Role.DEPOSITOR


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChange:
    """What is to change of a user; None leaves it as it is.

    `known_role` is the one that let the caller change the user. `known_hash` is the hash that the
    current password was checked against, None where it was not asked for. `kept_session_id`
    survives a change of the password, which ends all others.
    """

    username: str
    known_role: Role
    full_name: str | None = None
    email: str | None = None
    hashed_password: str | None = None
    known_hash: str | None = None
    kept_session_id: uuid.UUID | None = None
