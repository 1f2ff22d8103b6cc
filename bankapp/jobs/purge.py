"""The job that deletes rows that are no longer needed."""

from datetime import UTC, datetime

from bankapp import tuning
from bankapp.jobs.context import JobContext
from bankapp.store.purge import PURGES


async def purge(context: JobContext) -> None:
    """Delete them in small batches, so that no lock is held for long."""
    moment = datetime.now(UTC)
    for step in PURGES:
        while await context.bank.store.purge(step, moment) == tuning.PURGE_BATCH_SIZE:
            pass
