"""How a process lets itself be observed, as the settings say."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from aiohttp.typedefs import Middleware

from bankapp.api.http.metrics import create_metrics_app
from bankapp.api.http.serving.listener import listen, open_sockets, url_of
from bankapp.command_errors import SettingError, StartError
from bankapp.domain import limits
from bankapp.operations.operation import Bank
from bankapp.settings import Settings, host_and_port
from bankapp.store.engine.instrumentation import log_slow, watched
from bankapp.store.engine.transaction import Queries
from bankapp.store.store import Store
from bankapp.telemetry import metrics
from bankapp.telemetry.logs import log_stray_error

if TYPE_CHECKING:
    from bankapp.telemetry.tracing import Tracing

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


@dataclass(frozen=True, slots=True)
class Observation:
    """What the store runs its queries with, and what goes around the handlers."""

    queries: Queries
    middlewares: Sequence[Middleware]


@asynccontextmanager
async def observing(settings: Settings) -> AsyncGenerator[Observation]:
    """Log slow queries and, if somebody collects them, send traces while the block runs.

    Raises SettingError when traces are wanted and what makes them is not installed.
    """
    asyncio.get_running_loop().set_exception_handler(log_stray_error)
    watches = [log_slow(settings.slow_query_ms / 1000)]
    if settings.traces_url is None:
        yield Observation(watched(*watches), ())
        return
    tracing = _export_traces(settings.traces_url)
    from bankapp.api.http.tracing import trace_with  # noqa: PLC0415 - needs what may be missing

    try:
        queries = watched(*watches, tracing.watch_query)
        yield Observation(queries, [trace_with(tracing)])
    finally:
        await asyncio.to_thread(tracing.close)


def _export_traces(url: str) -> "Tracing":
    try:
        from bankapp.telemetry.tracing import export_traces  # noqa: PLC0415 - as above
    except ModuleNotFoundError:
        raise SettingError("BANK_TRACES_URL needs OpenTelemetry: install bankapp[otel]") from None
    return export_traces(url)


@asynccontextmanager
async def measuring(settings: Settings, bank: Bank) -> AsyncGenerator[None]:
    """Keep the metrics up to date while the block runs, and show them at an address of their own.

    Raises StartError when the address cannot be had.
    """
    address = settings.metrics_address
    async with AsyncExitStack() as stack:
        if address is not None:
            app, (host, port) = create_metrics_app(bank), host_and_port(address)
            try:
                sockets = stack.enter_context(
                    open_sockets(host, port, reuse_port=metrics.IS_SHARED)
                )
            except OSError as error:
                raise StartError(
                    f"cannot listen on {address} ({error.strerror}); "
                    "set BANK_METRICS_ADDRESS to another one"
                ) from None
            hurry = asyncio.Event()
            hurry.set()
            await stack.enter_async_context(listen(app, sockets, hurry=hurry))
            _log.info("metrics", url=f"{url_of(sockets[0])}/metrics")
        measure = asyncio.create_task(_measure(bank.store))
        try:
            yield
        finally:
            measure.cancel()


async def _measure(store: Store) -> None:
    """What is asked of one process about all of them shall be no older than a moment."""
    while True:
        store.measure_pool()
        await asyncio.sleep(limits.POOL_MEASURE_INTERVAL_S)
