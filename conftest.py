"""A PostgreSQL server for the whole test run, of the bank and of the packages."""

import os
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bankapp.postgres.embedded import throwaway_server
from tests.postgresql import BINARIES

pytest_plugins = ["tests.browser", "tests.processes.fixtures"]

_at_exit = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the process that hands out the tests.

    `TEST_DATABASE_URL` tells the other processes its superuser's URL, and its programs are on PATH.
    """
    if hasattr(config, "workerinput"):
        return
    stack = config.stash[_at_exit] = ExitStack()
    server = stack.enter_context(throwaway_server(BINARIES))
    os.environ["TEST_DATABASE_URL"] = server.url("postgres")
    os.environ["PATH"] = f"{server.binaries}{os.pathsep}{os.environ['PATH']}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server."""
    if _at_exit in config.stash:
        config.stash[_at_exit].close()


@pytest.fixture(scope="session")
def oldest_server_url(postgres_16: Path) -> Generator[str]:
    """The URL of a superuser on a server of the oldest PostgreSQL that is supported."""
    with throwaway_server(postgres_16) as server:
        yield server.url("postgres")
