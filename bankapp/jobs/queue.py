"""The queue and the jobs in it, as Procrastinate knows them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import procrastinate
import structlog
from procrastinate.jobs import Job as QueuedJob
from procrastinate.middleware import AsyncCallNext
from procrastinate.worker import Worker

from bankapp.domain import limits
from bankapp.domain.jobs import Job
from bankapp.jobs.context import JobContext
from bankapp.jobs.password_reset import start_password_reset
from bankapp.jobs.purge import purge
from bankapp.jobs.send_mail import send_mail
from bankapp.mail.mailer import MailRefused
from bankapp.telemetry import metrics

ROLE: Final = "bank_application"
PURGE_SCHEDULE: Final = "*/10 * * * *"
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.jobs")


class Backoff(procrastinate.BaseRetryStrategy):
    """Again after 2, 4, 8 … seconds; after the last try the job stays, failed, for an operator."""

    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> procrastinate.RetryDecision | None:
        """When to try again; None: never."""
        is_last = job.attempts + 1 >= limits.JOB_ATTEMPT_COUNT_MAX
        gives_up = is_last or isinstance(exception, MailRefused)
        _log.warning(
            "job failed",
            job_id=job.id,
            job=job.task_name,
            attempt=job.attempts + 1,
            error=type(exception).__name__,
            gives_up=gives_up,
        )
        if gives_up:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": 2 ** (job.attempts + 1)})


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that nobody will try again by themselves."""

    id: int
    name: str
    attempt_count: int


def open_queue(database_url: str) -> procrastinate.App:
    """The queue of a database, not yet open, with no jobs that it could do."""
    options = {
        "role": ROLE,
        "search_path": "procrastinate",
        "statement_timeout": f"{limits.STATEMENT_TIMEOUT_S}s",
    }
    connector = procrastinate.PsycopgConnector(
        conninfo=database_url,
        min_size=1,
        max_size=limits.JOB_CONCURRENCY,
        timeout=limits.JOB_CONNECTION_TIMEOUT_S,
        kwargs={
            "connect_timeout": int(limits.CONNECTION_TIMEOUT_S),
            "application_name": "bankapp worker",
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )
    return procrastinate.App(connector=connector)


def add_jobs(queue: procrastinate.App, context: JobContext) -> None:
    """Teach the queue its jobs."""

    @queue.task(name=Job.SEND_MAIL, retry=Backoff(), task_middleware=[_count])
    async def _send_mail(**arguments: Any) -> None:  # noqa: ANN401 - JSON from the queue
        await send_mail(context, arguments)

    @queue.task(name=Job.START_PASSWORD_RESET, retry=Backoff(), task_middleware=[_count])
    async def _start_password_reset(email: str) -> None:
        await start_password_reset(context, email)

    @queue.periodic(cron=PURGE_SCHEDULE)
    @queue.task(name=Job.PURGE, queueing_lock=Job.PURGE, lock=Job.PURGE, task_middleware=[_count])
    async def _purge(timestamp: int) -> None:
        await purge(context)


async def _count(run: AsyncCallNext, context: procrastinate.JobContext, _: Worker) -> object:
    """Around every try to do a job: count how it ended."""
    outcome = "failed"
    try:
        result = await run()
        outcome = "done"
    finally:
        metrics.JOB_RUNS.labels(context.job.task_name, outcome).inc()
    return result


async def rescue_stalled_jobs(queue: procrastinate.App) -> int:
    """Give back the jobs of workers that died; how many."""
    stalled = await queue.job_manager.get_stalled_jobs(
        seconds_since_heartbeat=limits.JOB_STALLED_AFTER_S
    )
    jobs = list(stalled)
    for job in jobs:
        await queue.job_manager.retry_job(job)
        _log.warning("job rescued", job_id=job.id, job=job.task_name)
    return len(jobs)


async def list_failed_jobs(queue: procrastinate.App) -> list[FailedJob]:
    """Those that wait for an operator, oldest first."""
    jobs = await queue.job_manager.list_jobs_async(status="failed")
    failed = [FailedJob(job.id, job.task_name, job.attempts) for job in jobs if job.id is not None]
    return sorted(failed, key=lambda job: job.id)


async def requeue(queue: procrastinate.App, job_id: int) -> None:
    """Have a failed job tried once more, at once."""
    await queue.job_manager.retry_job_by_id_async(job_id, retry_at=datetime.now(UTC))
