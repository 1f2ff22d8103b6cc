"""Server processes with the same settings, each started again when it ends."""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from bankapp import tuning
from bankapp.api.shares import Shares
from bankapp.command_errors import StartError
from bankapp.processes.server import Sockets
from bankapp.processes.worker import LISTENING, TRY_LATER, Task
from bankapp.settings import Settings
from bankapp.telemetry.metrics import forget_process

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


@dataclass(frozen=True)
class Common:
    """The resources that all processes share."""

    database_url: str
    sockets: Sockets
    metrics: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of the processes."""
        return {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(self.metrics)}

    def forget(self, pid: int) -> None:
        """Remove the gauges of a process that has ended; its counts stay in the sums."""
        forget_process(pid, str(self.metrics))


class WorkerGroup:
    """Processes with the same settings, each started again when it ends."""

    def __init__(self, settings: Settings, common: Common) -> None:
        self._settings = settings
        self._common = common
        self._shares = os.fdopen(Shares.allocate(settings.workers))
        self._processes: set[Process] = set()
        self._listening = [asyncio.Event() for _ in range(settings.workers)]
        self._keepers = [asyncio.create_task(self._keep(n)) for n in range(settings.workers)]

    async def wait_listening(self) -> None:
        """Wait until every process has come to listen."""
        for event in self._listening:
            await event.wait()

    async def during(self, wanted: Awaitable[object]) -> None:
        """Wait for `wanted`. Raises StartError when a process cannot be kept running."""
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
        """Stop restarting processes, send them the signal, and wait for their end."""
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
            self._common.forget(process.pid)
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
        has_listened = await self._watch(process, slot)
        exit_code = await process.wait()
        self._processes.remove(process)
        self._common.forget(process.pid)
        _log.error("worker ended", pid=process.pid, exit_code=exit_code)
        return not has_listened and exit_code != TRY_LATER

    async def _watch(self, process: Process, slot: int) -> bool:
        """Wait for the end of a process, and kill it if it hangs; whether it came to listen."""
        assert process.stdout is not None
        has_listened = False
        missed_count, missed_count_max = 0, tuning.WORKER_MISSED_HEARTBEAT_COUNT_MAX_AT_START
        while missed_count < missed_count_max:
            try:
                async with asyncio.timeout(tuning.WORKER_HEARTBEAT_TIMEOUT_S):
                    line = await process.stdout.readline()
            except TimeoutError:
                missed_count += 1
                continue
            if not line:
                return has_listened
            if line == LISTENING:
                has_listened = True
                self._listening[slot].set()
            missed_count, missed_count_max = 0, tuning.WORKER_MISSED_HEARTBEAT_COUNT_MAX
        _log.error("worker hangs", pid=process.pid)
        with suppress(ProcessLookupError):
            process.kill()
        return has_listened

    async def _start(self, slot: int) -> Process:
        task = Task(
            self._settings,
            self._common.database_url,
            {
                door: tuple(listening.fileno() for listening in sockets)
                for door, sockets in self._common.sockets.items()
            },
            self._shares.fileno(),
            slot,
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "bankapp.processes.worker"),
            env=self._common.environment,
            stdin=PIPE,  # its end tells the process that the supervisor has ended
            stdout=PIPE,
            pass_fds=task.descriptors,
            start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops the processes
        )
        self._processes.add(process)
        assert process.stdin is not None
        process.stdin.write(pickle.dumps(task))
        return process


@dataclass
class Restarts:
    """The delays before a process that has ended is started again."""

    failure_count: int = 0
    next_delay_s: float = tuning.WORKER_RESTART_DELAY_MIN_S

    def delay_s(self, *, lived_s: float, has_failed: bool) -> float:
        """The delay before the next start; it grows unless the process lived for a while.

        Raises StartError when processes keep failing to start.
        """
        self.failure_count = self.failure_count + 1 if has_failed else 0
        if self.failure_count > tuning.WORKER_START_FAILURE_COUNT_MAX:
            raise StartError(
                f"a worker has ended {self.failure_count} times and never come to listen; "
                "the log says why"
            )
        if lived_s >= tuning.WORKER_SETTLED_AFTER_S:
            self.next_delay_s = tuning.WORKER_RESTART_DELAY_MIN_S
        delay_s = self.next_delay_s
        self.next_delay_s = min(2 * delay_s, tuning.WORKER_RESTART_DELAY_MAX_S)
        return delay_s
