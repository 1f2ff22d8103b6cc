"""python -m bankapp.processes.worker: one of several server processes of a supervisor."""

import asyncio
import os
import pickle
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import chain
from typing import Final

import structlog
import uvloop

from bankapp import tuning
from bankapp.api.door import Surroundings
from bankapp.api.shares import Shares
from bankapp.command_errors import DatabaseAwayError, Failure
from bankapp.postgres.database import Database
from bankapp.processes.bank import opened
from bankapp.processes.jobs import working
from bankapp.processes.observation import observing, serving_metrics
from bankapp.processes.server import serving
from bankapp.processes.stop import Stop, stopping_by_signals
from bankapp.settings import Settings
from bankapp.telemetry.logs import configure_logs

TRY_LATER: Final = os.EX_TEMPFAIL  # exit code if the database does not answer
# What a worker tells its supervisor, a line each.
ALIVE: Final = b"alive\n"
LISTENING: Final = b"listening\n"
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


@dataclass(frozen=True)
class Task:
    """The work that the supervisor gives to a process.

    The `sockets` of each door and the memory of the `shares` are inherited descriptors.
    """

    settings: Settings
    database_url: str
    sockets: Mapping[str, tuple[int, ...]]
    shares: int
    slot: int

    @property
    def descriptors(self) -> tuple[int, ...]:
        """The file descriptors that the process inherits."""
        return (*chain.from_iterable(self.sockets.values()), self.shares)


def main() -> int:
    """Read the task from standard input, and serve until a signal or the end of standard input.

    SIGHUP stops the process without hurry, because another process has taken its place.
    """
    try:
        task: Task = pickle.load(sys.stdin.buffer)
    except (EOFError, pickle.UnpicklingError):
        return 1  # the supervisor has ended
    configure_logs(task.settings.log_format, task.settings.log_level, worker=os.getpid())
    try:
        uvloop.run(_serve(task))
    except Failure as error:
        _log.error("failed", reason=" ".join(str(error).split()))
        return TRY_LATER if isinstance(error, DatabaseAwayError) else 1
    return 0


async def _serve(task: Task) -> None:
    stop = stopping_by_signals()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, stop.requested.set)
    loop.add_reader(sys.stdin, _stop_orphan, stop)
    os.set_blocking(sys.stdout.fileno(), False)  # a supervisor that hangs must not stop this loop
    heartbeat = asyncio.create_task(_beat())
    database = Database(task.database_url)
    async with (
        observing(task.settings) as observation,
        opened(task.settings, database, observation) as bank,
        serving_metrics(task.settings, bank),
        AsyncExitStack() as stack,
    ):
        if task.slot == 0 and task.settings.work_in_serve:
            jobs = working(task.settings, database, bank, stop.requested, observation.spans)
            await stack.enter_async_context(jobs)
        sockets = {
            door: [socket.socket(fileno=descriptor) for descriptor in descriptors]
            for door, descriptors in task.sockets.items()
        }
        surroundings = Surroundings(
            bank=bank,
            hurry=stop.hurry,
            spans=observation.spans,
            shares=Shares(task.shares, task.slot),
        )
        async with serving(task.settings, sockets, surroundings):
            _log.info("worker listening")
            _tell_supervisor(LISTENING)  # it logs that all processes listen once each has told it
            await stop.requested.wait()
            _log.info("worker stopping")
    heartbeat.cancel()


def _stop_orphan(stop: Stop) -> None:
    asyncio.get_running_loop().remove_reader(sys.stdin)
    stop.now()


async def _beat() -> None:
    """Tell the supervisor that the loop runs, until cancelled."""
    while True:
        _tell_supervisor(ALIVE)
        await asyncio.sleep(tuning.WORKER_HEARTBEAT_S)


def _tell_supervisor(line: bytes) -> None:
    # Without a reader the supervisor has ended, and so will this process; with a full pipe the
    # supervisor hangs, and will find heartbeats enough.
    with suppress(BrokenPipeError, BlockingIOError):
        os.write(sys.stdout.fileno(), line)


if __name__ == "__main__":
    sys.exit(main())
