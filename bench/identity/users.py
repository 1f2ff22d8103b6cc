"""Users for the measurements."""

from bankapp.domain.users import NewUser
from bankapp.operations.bank import Bank

PASSWORD = "correct horse battery staple"


async def add_user(bank: Bank, username: str) -> None:
    """Add a user whose password is PASSWORD."""
    await bank.store.users.register(
        NewUser(
            username=username,
            hashed_password=await bank.passwords.hash(PASSWORD),
            full_name=username,
            email=f"{username}@example.com",
        )
    )
