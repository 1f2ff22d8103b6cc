"""Several server processes on one port: started, watched, replaced and stopped."""

import asyncio
import os
import pickle
import signal
import socket
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
import uvloop

from bankapp.api.http.connections import Shares
from bankapp.api.http.listening import url_of
from bankapp.app import (
    Stop,
    ensure_first_admin,
    listening_sockets,
    opened,
    stopping_by_signals,
    watching,
)
from bankapp.database import Database, ensure_connections_suffice
from bankapp.domain import limits
from bankapp.failure import Failure, SettingError, StartError
from bankapp.logs import configure_logs
from bankapp.settings import Settings, load_settings
from bankapp.supervised import TRY_LATER, Task

# The processes share the socket and the database, so these last as long as the supervisor.
LASTING: Final = ("DATABASE_URL", "PGBIN", "BANK_DATA_DIR", "BANK_HTTP_ADDRESS")
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


def run_supervisor(settings: Settings, database: Database) -> None:
    """Serve HTTP by `settings.workers` processes until SIGINT or SIGTERM; SIGHUP replaces them.

    Raises StartError as `serve` does, when the database allows too few connections, and when a
    process keeps ending before it listens.
    """
    ensure_connections_suffice(settings, database.url)
    uvloop.run(_supervise(settings, database))


async def _supervise(settings: Settings, database: Database) -> None:
    stop = stopping_by_signals()
    async with watching(database, stop):
        async with opened(settings, database) as bank:
            await ensure_first_admin(settings, bank)
        with (
            listening_sockets(settings) as sockets,
            tempfile.TemporaryDirectory(prefix="bankapp-metrics-") as metrics,
        ):
            supervisor = Supervisor(settings, Shop(database.url, sockets, Path(metrics)))
            reload_by_signal(supervisor.reload, stop)
            running = asyncio.create_task(supervisor.run())
            stopping = asyncio.create_task(stop.asked.wait())
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                _log.info("stopping")
            await supervisor.stop(running)


def reload_by_signal(reload: asyncio.Event, stop: Stop) -> None:
    """Have SIGHUP set `reload`; or `stop`, when it says that the terminal was closed."""
    had_terminal = _has_terminal()

    def on_hangup() -> None:
        if had_terminal and not _has_terminal():
            stop.now()
        else:
            reload.set()

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, on_hangup)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class Shop:
    """What all processes share."""

    database_url: str
    sockets: Sequence[socket.socket]
    metrics: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """What the processes see."""
        return {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(self.metrics)}

    def forget(self, pid: int) -> None:
        """Remove what a process has measured of itself alone; what it counted stays counted."""
        # As prometheus_client.multiprocess.mark_process_dead does.
        for path in self.metrics.glob(f"gauge_live*_{pid}.db"):
            path.unlink()


class Supervisor:
    """Keeps a generation of processes running, and replaces it when `reload` is set."""

    def __init__(self, settings: Settings, shop: Shop) -> None:
        self._settings = settings
        self._shop = shop
        self.reload = asyncio.Event()
        self._generations = [Generation(settings, shop)]

    async def run(self) -> None:
        """Do so until cancelled. Raises StartError when a process cannot be kept running."""
        [current] = self._generations
        await current.during(current.wait_listening())
        workers = self._settings.workers
        _log.info("listening", url=url_of(self._shop.sockets[0]), workers=workers)
        while True:
            [current] = self._generations
            await current.during(self.reload.wait())
            self.reload.clear()
            try:
                await self._replace(current)
            except (Failure, OSError) as error:
                _log.error("not reloaded", reason=" ".join(str(error).split()))

    async def stop(self, running: "asyncio.Task[None]") -> None:
        """End all processes. Raises what `running` has ended with."""
        running.cancel()
        await asyncio.wait({running})
        ends = [
            generation.end(signal.SIGTERM, limits.WORKER_STOP_TIMEOUT_S)
            for generation in self._generations
        ]
        await asyncio.gather(*ends)
        if not running.cancelled():
            running.result()

    async def _replace(self, current: "Generation") -> None:
        """Start processes with the settings of now; once they listen, let the others finish.

        Raises Failure, and changes nothing, when a setting is wrong or the processes do not come to
        listen.
        """
        settings = await asyncio.to_thread(self._new_settings)
        successor = Generation(settings, self._shop)
        self._generations.append(successor)
        try:
            await successor.during(successor.wait_listening())
        except StartError:
            await successor.end(signal.SIGTERM, limits.WORKER_STOP_TIMEOUT_S)
            self._generations.remove(successor)
            raise
        self._settings = settings
        configure_logs(settings.log_format)
        _log.info("reloaded", workers=settings.workers)
        patience_s = limits.IDLE_TIMEOUT_S + limits.WORKER_STOP_TIMEOUT_S
        await current.end(signal.SIGHUP, patience_s)
        self._generations.remove(current)

    def _new_settings(self) -> Settings:
        settings = load_settings()
        for name, setting in Settings.model_fields.items():
            if setting.alias in LASTING and getattr(settings, name) != getattr(
                self._settings, name
            ):
                raise SettingError(f"{setting.alias} changes with a restart only")
        ensure_connections_suffice(settings, self._shop.database_url)
        return settings


class Generation:
    """Processes with the same settings, each started again when it ends."""

    def __init__(self, settings: Settings, shop: Shop) -> None:
        self._settings = settings
        self._shop = shop
        self._shares = os.fdopen(Shares.allocate(settings.workers))
        self._processes: set[Process] = set()
        self._listening = [asyncio.Event() for _ in range(settings.workers)]
        self._keepers = [asyncio.create_task(self._keep(n)) for n in range(settings.workers)]

    async def wait_listening(self) -> None:
        """Wait until every process has come to listen."""
        for event in self._listening:
            await event.wait()

    async def during(self, wanted: Awaitable[object]) -> None:
        """Wait for what is wanted. Raises StartError when a process cannot be kept running."""
        waiting = asyncio.ensure_future(wanted)
        try:
            done, _ = await asyncio.wait(
                {waiting, *self._keepers}, return_when=asyncio.FIRST_COMPLETED
            )
            for each in done:
                each.result()
        finally:
            waiting.cancel()

    async def end(self, signal_number: int, timeout_s: float) -> None:
        """Start no process any more, send the signal to those that run, and wait for their end."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.wait(self._keepers)
        for process in self._processes:
            with suppress(ProcessLookupError):
                process.send_signal(signal_number)
        ends = [asyncio.create_task(process.wait()) for process in self._processes]
        if ends:
            await asyncio.wait(ends, timeout=timeout_s)
        for process in self._processes:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            self._shop.forget(process.pid)
        self._shares.close()

    async def _keep(self, slot: int) -> None:
        """Keep one process running. Raises StartError when it keeps ending before it listens."""
        restarts = Restarts()
        loop = asyncio.get_running_loop()
        while True:
            started_s = loop.time()
            has_failed = True
            try:
                has_failed = await self._run(slot)
            except OSError as error:
                _log.error("cannot start a worker", error=error.strerror)
            await asyncio.sleep(
                restarts.delay_s(lived_s=loop.time() - started_s, has_failed=has_failed)
            )

    async def _run(self, slot: int) -> bool:
        """Have one process run until it ends; whether it failed to start. Raises OSError."""
        process = await self._start(slot)
        assert process.stdout is not None
        has_listened = await process.stdout.readline() != b""
        if has_listened:
            self._listening[slot].set()
        exit_code = await process.wait()
        self._processes.remove(process)
        self._shop.forget(process.pid)
        _log.error("worker ended", pid=process.pid, exit_code=exit_code)
        return not has_listened and exit_code != TRY_LATER

    async def _start(self, slot: int) -> Process:
        task = Task(
            self._settings,
            self._shop.database_url,
            tuple(listening.fileno() for listening in self._shop.sockets),
            self._shares.fileno(),
            slot,
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "bankapp.supervised"),
            env=self._shop.environment,
            stdin=PIPE,  # stays open for as long as we live
            stdout=PIPE,
            pass_fds=task.descriptors,
            start_new_session=True,  # Ctrl-C reaches us, who tell the processes
        )
        self._processes.add(process)
        assert process.stdin is not None
        process.stdin.write(pickle.dumps(task))
        return process


@dataclass
class Restarts:
    """When a process that has ended is started again."""

    failure_count: int = 0
    next_delay_s: float = limits.WORKER_RESTART_DELAY_MIN_S

    def delay_s(self, *, lived_s: float, has_failed: bool) -> float:
        """How long to wait, longer each time, unless the process lived for a while.

        Raises StartError when processes keep failing to start.
        """
        self.failure_count = self.failure_count + 1 if has_failed else 0
        if self.failure_count > limits.WORKER_START_FAILURE_COUNT_MAX:
            raise StartError(
                f"a worker has ended {self.failure_count} times and never come to listen; "
                "the log says why"
            )
        if lived_s >= limits.WORKER_SETTLED_AFTER_S:
            self.next_delay_s = limits.WORKER_RESTART_DELAY_MIN_S
        delay_s = self.next_delay_s
        self.next_delay_s = min(2 * delay_s, limits.WORKER_RESTART_DELAY_MAX_S)
        return delay_s
