"""A server: the bank behind all its doors, in one process."""

import gc
import socket
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from typing import Final, TypeAlias

import structlog
import uvloop

from bankapp.api.door import Surroundings
from bankapp.api.doors import DOORS
from bankapp.postgres.database import Database
from bankapp.processes.bank import ensure_first_admin, opened
from bankapp.processes.jobs import working
from bankapp.processes.observation import observing, serving_metrics
from bankapp.processes.stop import stopping_by_signals, stopping_with_database
from bankapp.settings import Settings

# The sockets of each door that is configured, by its name.
Sockets: TypeAlias = Mapping[str, Sequence[socket.socket]]

GARBAGE_COUNT_MAX: Final = 20_000
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


def run_server(settings: Settings, database: Database) -> None:
    """Serve until SIGINT or SIGTERM, then finish the accepted requests.

    Raises StartError when an address is not available, the database does not answer, or the
    embedded server ends.
    """
    uvloop.run(_serve(settings, database))


async def _serve(settings: Settings, database: Database) -> None:
    stop = stopping_by_signals()
    async with (
        observing(settings) as observation,
        stopping_with_database(database, stop),
        opened(settings, database, observation) as bank,
        serving_metrics(settings, bank),
        AsyncExitStack() as stack,
    ):
        await ensure_first_admin(settings, bank)
        if settings.work_in_serve:
            work = working(settings, database, bank, stop.requested, observation.spans)
            await stack.enter_async_context(work)
        sockets = stack.enter_context(listening(settings))
        surroundings = Surroundings(bank=bank, hurry=stop.hurry, spans=observation.spans)
        async with serving(settings, sockets, surroundings):
            log_listening(sockets)
            await stop.requested.wait()
            _log.info("stopping")


@contextmanager
def listening(settings: Settings) -> Generator[Sockets]:
    """The sockets of all doors, while the block runs. Raises StartError."""
    with ExitStack() as stack:
        opened = {name: stack.enter_context(door.listen(settings)) for name, door in DOORS.items()}
        yield {name: sockets for name, sockets in opened.items() if sockets}


@asynccontextmanager
async def serving(
    settings: Settings, sockets: Sockets, surroundings: Surroundings
) -> AsyncGenerator[None]:
    """Serve by every door that listens, while the block runs."""
    async with AsyncExitStack() as stack:
        for name, listened in sockets.items():
            door = DOORS[name].serve(settings, listened, surroundings)
            await stack.enter_async_context(door)
        _collect_garbage_seldom()
        try:
            yield
        finally:
            surroundings.bank.store.feed.release()


def log_listening(sockets: Sockets, **known: object) -> None:
    """Log the URL of each door."""
    for name, listened in sockets.items():
        _log.info("listening", url=DOORS[name].url_of(listened[0]), **known)


def _collect_garbage_seldom() -> None:
    """Requests leave hardly any cycles, and the objects that exist by now stay alive.

    With Python's default thresholds the collector takes a tenth of the time of a transfer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_COUNT_MAX, 20, 20)
