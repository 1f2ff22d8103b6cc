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


async def ensure_admin(q: AsyncQueries, admin: NewUser) -> None:
    """Give the user of that name the admin's role, adding them when there is no such user."""
    role = models.UserRole(admin.role)
    if await q.users.update_user_role(username=admin.username, role=role) is None:
        await insert(q, admin)
