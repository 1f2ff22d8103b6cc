"""The job that notes which holds have expired."""

from datetime import UTC, datetime

from bankapp import tuning
from bankapp.jobs.context import JobContext


async def expire_holds(context: JobContext) -> None:
    """Note their ends in small batches; holds of accounts that are in use have their turn later."""
    moment = datetime.now(UTC)
    while await context.bank.store.postings.expire_holds(moment) == tuning.EXPIRY_BATCH_SIZE:
        pass
