"""Several server processes on one port: started, watched, replaced and stopped."""

import asyncio
import os
import signal
import tempfile
from pathlib import Path
from typing import Final

import structlog
import uvloop

from bankapp import tuning
from bankapp.command_errors import Failure, SettingError, StartError
from bankapp.postgres.database import Database, ensure_connections_suffice
from bankapp.processes.bank import ensure_first_admin, opened
from bankapp.processes.observation import observing
from bankapp.processes.server import listening, log_listening
from bankapp.processes.stop import Stop, stopping_by_signals, stopping_with_database
from bankapp.processes.worker_group import Common, WorkerGroup
from bankapp.settings import Settings, find_doubts, load_settings
from bankapp.telemetry.logs import configure_logs

# The processes share the socket and the database, so these last as long as the supervisor.
LASTING: Final = (
    "DATABASE_URL",
    "PGBIN",
    "BANK_DATA_DIR",
    "BANK_HTTP_ADDRESS",
    "BANK_GRPC_ADDRESS",
)
RETIREMENT_TIMEOUT_S: Final = tuning.IDLE_TIMEOUT_S + tuning.WORKER_STOP_TIMEOUT_S
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


def run_supervisor(settings: Settings, database: Database) -> None:
    """Serve with `settings.workers` processes until SIGINT or SIGTERM; SIGHUP replaces them.

    Raises StartError as `run_server` does, when the database allows too few connections, and when
    a process keeps ending before it listens.
    """
    ensure_connections_suffice(settings, database.url)
    uvloop.run(_supervise(settings, database))


async def _supervise(settings: Settings, database: Database) -> None:
    stop = stopping_by_signals()
    async with stopping_with_database(database, stop):
        async with (
            observing(settings) as observation,
            opened(settings, database, observation) as bank,
        ):
            await ensure_first_admin(settings, bank)
        with (
            listening(settings) as sockets,
            tempfile.TemporaryDirectory(prefix="bankapp-metrics-") as metrics,
        ):
            supervisor = Supervisor(settings, Common(database.url, sockets, Path(metrics)))
            reload_by_signal(supervisor.reload, stop)
            running = asyncio.create_task(supervisor.run())
            stopping = asyncio.create_task(stop.requested.wait())
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                _log.info("stopping")
            await supervisor.stop(running)


def reload_by_signal(reload: asyncio.Event, stop: Stop) -> None:
    """Make SIGHUP set `reload`, or `stop` if the signal means that the terminal was closed."""
    had_terminal = _has_terminal()

    def on_hangup() -> None:
        if had_terminal and not _has_terminal():
            stop.now()
        else:
            _log.info("reloading")
            reload.set()

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, on_hangup)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


class Supervisor:
    """Keeps a group of worker processes running, and replaces the group when `reload` is set."""

    def __init__(self, settings: Settings, common: Common) -> None:
        self._settings = settings
        self._common = common
        self.reload = asyncio.Event()
        self._generations = [WorkerGroup(settings, common)]

    async def run(self) -> None:
        """Run until cancelled. Raises StartError when a process cannot be kept running."""
        [current] = self._generations
        await current.during(current.wait_listening())
        log_listening(self._common.sockets, workers=self._settings.workers)
        while True:
            await current.during(self.reload.wait())
            self.reload.clear()
            try:
                successor = await self._start_successor(current)
            except (Failure, OSError) as error:
                _log.error("not reloaded", reason=" ".join(str(error).split()))
                continue
            await successor.during(current.end(signal.SIGHUP, RETIREMENT_TIMEOUT_S))
            self._generations.remove(current)
            current = successor

    async def stop(self, running: "asyncio.Task[None]") -> None:
        """End all processes. Raises the error that `running` has ended with."""
        running.cancel()
        await asyncio.wait({running})
        ends = [
            generation.end(signal.SIGTERM, tuning.WORKER_STOP_TIMEOUT_S)
            for generation in self._generations
        ]
        await asyncio.gather(*ends)
        if not running.cancelled():
            running.result()

    async def _start_successor(self, current: WorkerGroup) -> WorkerGroup:
        """A group with the present settings, which listens beside the `current` one.

        Raises Failure, and changes nothing, when a setting is wrong, when the new processes do not
        come to listen, or when one of `current` cannot be kept running.
        """
        settings = await asyncio.to_thread(self._new_settings)
        successor = WorkerGroup(settings, self._common)
        self._generations.append(successor)
        try:
            await current.during(successor.during(successor.wait_listening()))
        except StartError:
            await successor.end(signal.SIGTERM, tuning.WORKER_STOP_TIMEOUT_S)
            self._generations.remove(successor)
            raise
        self._settings = settings
        configure_logs(settings.log_format, settings.log_level)
        for doubt in find_doubts(settings):
            _log.warning("doubtful setting", problem=doubt)
        _log.info("reloaded", workers=settings.workers)
        return successor

    def _new_settings(self) -> Settings:
        settings = load_settings()
        for name, setting in Settings.model_fields.items():
            if setting.alias in LASTING and getattr(settings, name) != getattr(
                self._settings, name
            ):
                raise SettingError(f"{setting.alias} changes with a restart only")
        ensure_connections_suffice(settings, self._common.database_url)
        return settings
