"""Commands of an operator for jobs that failed for good: list them, and requeue them."""

from collections.abc import Sequence

from bankapp.jobs.queue import SESSION, FailedJob, list_failed_jobs, open_queue, requeue
from bankapp.store.engine.session import check_session


class UnknownJobError(Exception):
    """No failed job has this number."""


async def failed_jobs(database_url: str) -> list[FailedJob]:
    """The jobs that failed for good, oldest first."""
    await check_session(database_url, SESSION)
    async with open_queue(database_url).open_async() as queue:
        return await list_failed_jobs(queue)


async def requeue_jobs(database_url: str, wanted: Sequence[str]) -> int:
    """Have failed jobs tried again, by their numbers or `all`; returns how many.

    Raises UnknownJobError, and requeues none, when a number is not that of a failed job.
    """
    await check_session(database_url, SESSION)
    async with open_queue(database_url).open_async() as queue:
        failed = {str(job.id): job.id for job in await list_failed_jobs(queue)}
        if list(wanted) == ["all"]:
            wanted = list(failed)
        if unknown := [job for job in wanted if job not in failed]:
            raise UnknownJobError(unknown[0])
        for job in dict.fromkeys(wanted):
            await requeue(queue, failed[job])
        return len(set(wanted))
