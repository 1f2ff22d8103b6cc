"""The job that starts to reset a password."""

from bankapp.jobs.context import JobContext


async def start_password_reset(context: JobContext, email: str) -> None:
    """Have a code mailed to whoever has this address, if anybody does."""
    await context.bank.store.start_password_reset(email, context.bank.codes.create())
