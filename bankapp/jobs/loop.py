"""The loop of a worker: it runs until told to stop, and outlives failures of the database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress

import procrastinate
import structlog
from procrastinate.worker import Worker

from bankapp import tuning
from bankapp.jobs.queue import delete_old_jobs, renew_connections, rescue_stalled_jobs

RESTART_DELAY_S = 1.0
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.jobs")


async def work(queue: procrastinate.App, stop: asyncio.Event) -> None:
    """Do jobs until `stop` is set; then finish the running ones, or return them to the queue.

    While the database is away, the worker waits for it.
    """
    # Procrastinate logs the arguments of jobs, which hold addresses. The bank logs jobs itself.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    tending = asyncio.gather(
        _repeat(rescue_stalled_jobs, queue, tuning.JOB_STALLED_AFTER_S / 2, stop),
        _repeat(delete_old_jobs, queue, tuning.OLD_JOB_INTERVAL_S, stop),
    )
    while not stop.is_set():
        await _run(queue, stop)
        await _sleep(RESTART_DELAY_S, stop)
    await tending


async def _run(queue: procrastinate.App, stop: asyncio.Event) -> None:
    """Do jobs until the worker fails or `stop` is set."""
    worker = Worker(
        queue,
        concurrency=tuning.JOB_CONCURRENCY,
        delete_jobs="successful",
        install_signal_handlers=False,
        shutdown_graceful_timeout=tuning.JOB_SHUTDOWN_TIMEOUT_S,
        update_heartbeat_interval=tuning.JOB_HEARTBEAT_S,
        stalled_worker_timeout=tuning.JOB_STALLED_AFTER_S,
    )
    run: Callable[[], Coroutine[None, None, None]] = worker.run
    finish: Callable[[], None] = worker.stop
    running = asyncio.create_task(run())
    # Procrastinate resets its stop flag when it starts, so let it start first.
    await asyncio.sleep(0)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    # Stopped by its flag, because a cancellation gets lost while it waits for a connection.
    finish()
    try:
        await running
    except Exception as error:  # noqa: BLE001 - whatever the error, a new worker may succeed
        _log.warning("worker failed", error=type(error).__name__)
        await renew_connections(queue)


async def _repeat(
    step: Callable[[procrastinate.App], Awaitable[object]],
    queue: procrastinate.App,
    interval_s: float,
    stop: asyncio.Event,
) -> None:
    """Tend the queue at intervals."""
    while not stop.is_set():
        try:
            await step(queue)
        except Exception as error:  # noqa: BLE001 - the database may be back the next time
            _log.warning("queue not tended", step=step.__name__, error=type(error).__name__)
        await _sleep(interval_s, stop)


async def _sleep(duration_s: float, stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(duration_s):
            await stop.wait()
