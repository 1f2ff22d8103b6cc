"""Observation of a process according to the settings: slow queries, traces, metrics."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bankapp import tuning
from bankapp.api.door import Surroundings
from bankapp.api.doors import METRICS
from bankapp.command_errors import SettingError
from bankapp.operations.bank import Bank
from bankapp.operations.exchange import RequestSpans
from bankapp.settings import Settings
from bankapp.store.engine.instrumentation import observed_queries
from bankapp.store.engine.transaction import Queries
from bankapp.store.store import Store
from bankapp.telemetry.logs import log_stray_error

if TYPE_CHECKING:
    from bankapp.telemetry.tracing import Tracing

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


@dataclass(frozen=True, slots=True)
class Observation:
    """The queries that the store uses, and the maker of a span for each request."""

    queries: Queries
    spans: RequestSpans | None


@asynccontextmanager
async def observing(settings: Settings) -> AsyncGenerator[Observation]:
    """Log slow queries and, if a collector is set, send traces while the block runs.

    Raises SettingError when a collector is set and OpenTelemetry is not installed.
    """
    asyncio.get_running_loop().set_exception_handler(log_stray_error)
    slow_after_s = settings.slow_query_ms / 1000
    if settings.traces_url is None:
        yield Observation(observed_queries(slow_after_s), None)
        return
    tracing = _export_traces(settings.traces_url)
    try:
        yield Observation(observed_queries(slow_after_s, tracing.wrap_query), tracing)
    finally:
        await asyncio.to_thread(tracing.close)


def _export_traces(url: str) -> "Tracing":
    try:
        from bankapp.telemetry.tracing import export_traces  # noqa: PLC0415 - as above
    except ModuleNotFoundError:
        raise SettingError("BANK_TRACES_URL needs OpenTelemetry: install bankapp[otel]") from None
    return export_traces(url)


@asynccontextmanager
async def serving_metrics(settings: Settings, bank: Bank) -> AsyncGenerator[None]:
    """Keep the metrics up to date while the block runs, and serve them at BANK_METRICS_ADDRESS.

    Raises StartError when the address is not available.
    """
    hurry = asyncio.Event()
    hurry.set()
    async with AsyncExitStack() as stack:
        if sockets := stack.enter_context(METRICS.listen(settings)):
            surroundings = Surroundings(bank=bank, hurry=hurry)
            await stack.enter_async_context(METRICS.serve(settings, sockets, surroundings))
            _log.info("metrics", url=METRICS.url_of(sockets[0]))
        measure = asyncio.create_task(_measure(bank.store))
        try:
            yield
        finally:
            measure.cancel()


async def _measure(store: Store) -> None:
    """Any process can be scraped for all of them, so each refreshes its gauges every second."""
    while True:
        store.measure_pool()
        await asyncio.sleep(tuning.POOL_MEASURE_INTERVAL_S)
