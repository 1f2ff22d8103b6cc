"""Steps on users."""

from dataclasses import dataclass

from bankapp.domain.roles import Role
from gen import models
from gen.queries import AsyncQueries


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A user to be inserted; the password is hashed already."""

    username: str
    hashed_password: str
    full_name: str
    email: str
    role: Role = Role.DEPOSITOR


async def insert(q: AsyncQueries, user: NewUser) -> models.User:
    """Add a user."""
    return await q.users.insert_user(
        username=user.username,
        hashed_password=user.hashed_password,
        full_name=user.full_name,
        email=user.email,
        role=models.UserRole(user.role),
    )
