"""The bank's jobs as tasks of the queue."""

import asyncio
from datetime import UTC, datetime
from typing import Final, assert_never

import procrastinate
import structlog
from procrastinate.jobs import Job as QueuedJob
from procrastinate.middleware import AsyncCallNext
from procrastinate.worker import Worker

from bankapp.domain import limits
from bankapp.domain.jobs import (
    JOBS,
    AnyJob,
    ExpireHolds,
    FetchRates,
    GiveUp,
    PeriodicJob,
    PingWebhook,
    Purge,
    SendMail,
    StartPasswordReset,
)
from bankapp.jobs.context import JobContext
from bankapp.jobs.expire_holds import expire_holds
from bankapp.jobs.fetch_rates import fetch_rates
from bankapp.jobs.password_reset import start_password_reset
from bankapp.jobs.ping_webhook import ping_webhook
from bankapp.jobs.purge import purge
from bankapp.jobs.send_mail import send_mail
from bankapp.store.engine.jobs import read
from bankapp.telemetry import metrics

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.jobs")


_DELAY_MAX_S: Final = 2**limits.JOB_ATTEMPT_COUNT_MAX


async def run(job: AnyJob, context: JobContext) -> None:
    """Do one job. Raises GiveUp where another try would not succeed either."""
    match job:
        case SendMail():
            await send_mail(job, context)
        case StartPasswordReset():
            await start_password_reset(job, context)
        case PingWebhook():
            await ping_webhook(job, context)
        case Purge():
            await purge(context)
        case ExpireHolds():
            await expire_holds(context)
        case FetchRates():
            await fetch_rates(context)
        case _:
            assert_never(job)


def add_jobs(queue: procrastinate.App, context: JobContext) -> None:
    """Make every job of the bank a task of the queue."""
    for job_class in JOBS:
        if issubclass(job_class, PeriodicJob):
            _add_periodic(queue, job_class, context)
        else:
            _add(queue, job_class, context)


def _add(queue: procrastinate.App, job_class: type[AnyJob], context: JobContext) -> None:
    retry = Backoff(job_class.attempt_count_max)

    @queue.task(name=job_class.name, retry=retry, task_middleware=[_count])
    async def _perform(**arguments: object) -> None:
        await run(read(job_class.name, arguments), context)


def _add_periodic(
    queue: procrastinate.App, job_class: type[PeriodicJob], context: JobContext
) -> None:
    name, retry = job_class.name, Backoff(job_class.attempt_count_max)

    @queue.periodic(cron=job_class.schedule)
    @queue.task(name=name, lock=name, queueing_lock=name, retry=retry, task_middleware=[_count])
    async def _perform(timestamp: int) -> None:
        await run(read(name, {"timestamp": timestamp}), context)


class Backoff(procrastinate.BaseRetryStrategy):
    """Retry after 2, 4, 8 … seconds; a job that has failed for good is kept for an operator."""

    def __init__(self, attempt_count_max: int) -> None:
        self._attempt_count_max = attempt_count_max

    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> procrastinate.RetryDecision | None:
        """The time of the next attempt; None after the last one."""
        is_last = job.attempts + 1 >= self._attempt_count_max
        gives_up = is_last or isinstance(exception, GiveUp)
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


async def _count(run: AsyncCallNext, context: procrastinate.JobContext, _: Worker) -> object:
    """Count the outcome of every attempt at a job, none of which begins early."""
    await asyncio.sleep(_early_s(context.job, datetime.now(UTC)))
    outcome = "failed"
    try:
        result = await run()
        outcome = "done"
    finally:
        metrics.JOB_RUNS.labels(context.job.task_name, outcome).inc()
    return result


def _early_s(job: QueuedJob, now: datetime) -> float:
    """How long before its time a retry was fetched.

    The time is by the clock of a process, and the database compares it with its own: if that one is
    ahead, all attempts would be used up at once.
    """
    if job.scheduled_at is None:
        return 0
    return min(max(0, (job.scheduled_at - now).total_seconds()), _DELAY_MAX_S)
