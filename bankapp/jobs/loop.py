"""A worker that runs until it is told to stop, whatever happens to its database."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress

import procrastinate
import structlog
from procrastinate.worker import Worker

from bankapp import tuning
from bankapp.jobs.queue import rescue_stalled_jobs

RESTART_DELAY_S = 1.0
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.jobs")


async def work(queue: procrastinate.App, stop: asyncio.Event) -> None:
    """Do jobs until `stop` is set; then finish what is under way, or give it back.

    A database that goes away is waited for.
    """
    # It would log arguments of jobs, addresses among them; what matters is logged by ourselves.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    rescue = asyncio.create_task(_rescue(queue, stop))
    while not stop.is_set():
        await _run(queue, stop)
        await _sleep(RESTART_DELAY_S, stop)
    await rescue


async def _run(queue: procrastinate.App, stop: asyncio.Event) -> None:
    """Do jobs until that fails or `stop` is set."""
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
    await asyncio.sleep(0)  # it forgets what it was told before it began
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    finish()  # told, not cancelled: while it waits for a connection a cancellation gets lost
    try:
        await running
    except Exception as error:  # noqa: BLE001 - whatever it is, the next one may fare better
        _log.warning("worker failed", error=type(error).__name__)


async def _rescue(queue: procrastinate.App, stop: asyncio.Event) -> None:
    """Look for jobs of dead workers again and again."""
    while not stop.is_set():
        try:
            await rescue_stalled_jobs(queue)
        except Exception as error:  # noqa: BLE001 - the database may be back the next time
            _log.warning("rescue failed", error=type(error).__name__)
        await _sleep(tuning.JOB_STALLED_AFTER_S / 2, stop)


async def _sleep(duration_s: float, stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(duration_s):
            await stop.wait()
