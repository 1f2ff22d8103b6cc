"""Steps on users."""

from bankapp.domain.users import NewUser
from gen import models
from gen.queries import AsyncQueries


async def insert(q: AsyncQueries, user: NewUser) -> models.User:
    """Add a user."""
    return await q.users.insert_user(
        username=user.username,
        hashed_password=user.hashed_password,
        full_name=user.full_name,
        email=user.email,
        role=models.UserRole(user.role),
    )
