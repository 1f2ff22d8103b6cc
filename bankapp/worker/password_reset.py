"""The job that starts to reset a password."""

from bankapp.worker.office import Office


async def start_password_reset(office: Office, email: str) -> None:
    """Have a code mailed to whoever has this address, if anybody does."""
    await office.bank.store.start_password_reset(email, office.bank.codes.create())
