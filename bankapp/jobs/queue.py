"""The queue, which Procrastinate keeps in the database: its connections and its jobs."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import procrastinate
import structlog
from procrastinate.jobs import Job as QueuedJob

from bankapp import tuning
from bankapp.domain import limits
from bankapp.store.engine.jobs import UnreadableJob, read
from bankapp.store.engine.session import APPLICATION_ROLE, session_check, session_options

SESSION: Final = {
    "role": APPLICATION_ROLE,
    "search_path": "procrastinate",
    "statement_timeout": f"{tuning.STATEMENT_TIMEOUT_S}s",
}
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.jobs")


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that is no longer retried.

    `problem` says why this release cannot read the job; None where it can.
    """

    id: int
    name: str
    attempt_count: int
    problem: str | None


def open_queue(database_url: str) -> procrastinate.App:
    """The queue of a database, not yet open, and without tasks: see `tasks.add_jobs`."""
    connector = procrastinate.PsycopgConnector(
        conninfo=database_url,
        min_size=1,
        max_size=tuning.JOB_CONCURRENCY,
        timeout=tuning.JOB_CONNECTION_TIMEOUT_S,
        reconnect_timeout=tuning.RECONNECTION_TIMEOUT_S,
        kwargs={
            "connect_timeout": int(tuning.CONNECTION_TIMEOUT_S),
            "application_name": "bankapp worker",
            "options": session_options(database_url, SESSION),
        },
        configure=session_check(SESSION),
    )
    return procrastinate.App(connector=connector)


async def renew_connections(queue: procrastinate.App) -> None:
    """Connect anew: after a failover the same address leads to another server."""
    assert isinstance(queue.connector, procrastinate.PsycopgConnector)
    await queue.connector.pool.drain()


async def rescue_stalled_jobs(queue: procrastinate.App) -> int:
    """Return the jobs of dead workers to the queue; returns how many."""
    stalled = await queue.job_manager.get_stalled_jobs(
        seconds_since_heartbeat=tuning.JOB_STALLED_AFTER_S
    )
    jobs = list(stalled)
    for job in jobs:
        await queue.job_manager.retry_job(job)
        _log.warning("job rescued", job_id=job.id, job=job.task_name)
    return len(jobs)


async def delete_old_jobs(queue: procrastinate.App) -> None:
    """Delete the jobs that failed so long ago that no operator will requeue them.

    A job is old by the clock of the database, and by that of this process where the database's runs
    ahead: deleted jobs would be missed once it is right again.
    """
    row = await queue.connector.execute_query_one_async("SELECT now() AS now")
    ahead = max(row["now"] - datetime.now(UTC), timedelta())
    await queue.job_manager.delete_old_jobs(
        nb_hours=math.ceil((limits.FAILED_JOB_RETENTION + ahead) / timedelta(hours=1)),
        include_failed=True,
    )


async def list_failed_jobs(queue: procrastinate.App) -> list[FailedJob]:
    """The jobs that failed for good, oldest first."""
    jobs = await queue.job_manager.list_jobs_async(status="failed")
    failed = [
        FailedJob(job.id, job.task_name, job.attempts, _problem_of(job))
        for job in jobs
        if job.id is not None
    ]
    return sorted(failed, key=lambda job: job.id)


def _problem_of(job: QueuedJob) -> str | None:
    try:
        read(job.task_name, job.task_kwargs)
    except UnreadableJob as error:
        return str(error)
    return None


async def requeue(queue: procrastinate.App, job_id: int) -> None:
    """Have a failed job tried once more, immediately."""
    await queue.job_manager.retry_job_by_id_async(job_id, retry_at=datetime.now(UTC))
