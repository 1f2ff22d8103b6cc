"""A PostgreSQL server for the whole test run, of the bank and of the packages."""

import os
from contextlib import ExitStack

import pytest

from bankapp.postgres.embedded import find_binaries, throwaway_server

pytest_plugins = ["tests.browser", "tests.processes.fixtures"]

_at_exit = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the process that hands out the tests.

    `TEST_DATABASE_URL` tells the other processes its superuser's URL, and its programs are on PATH.
    """
    if hasattr(config, "workerinput"):
        return
    stack = config.stash[_at_exit] = ExitStack()
    server = stack.enter_context(throwaway_server(find_binaries(None)))
    os.environ["TEST_DATABASE_URL"] = server.url("postgres")
    os.environ["PATH"] = f"{server.binaries}{os.pathsep}{os.environ['PATH']}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server."""
    if _at_exit in config.stash:
        config.stash[_at_exit].close()
