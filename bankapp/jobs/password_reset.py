"""The job that starts to reset a password."""

from bankapp.domain.jobs import StartPasswordReset
from bankapp.jobs.context import JobContext


async def start_password_reset(job: StartPasswordReset, context: JobContext) -> None:
    """Mail a code to the user who has this address, if there is one."""
    await context.bank.store.password_resets.start(job.email, context.bank.codes.create())
