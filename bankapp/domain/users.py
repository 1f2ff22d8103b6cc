"""People who sign in."""

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
