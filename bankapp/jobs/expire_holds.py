"""The job that notes which holds have expired."""

from datetime import UTC, datetime

from bankapp.jobs.context import JobContext


async def expire_holds(context: JobContext) -> None:
    """Note their ends; holds of accounts that are in use have their turn the next time."""
    await context.bank.store.postings.expire_holds(datetime.now(UTC))
