"""The job that removes what nobody needs any more."""

from bankapp.domain import limits
from bankapp.store.purge import PURGES
from bankapp.worker.office import Office


async def purge(office: Office) -> None:
    """Remove it in small batches, so that no lock is held for long."""
    for step in PURGES:
        while await office.bank.store.purge(step) == limits.PURGE_BATCH_SIZE:
            pass
