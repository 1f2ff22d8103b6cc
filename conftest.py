"""A PostgreSQL server for the whole test run, of the bank and of the packages."""

import os
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from own_postgres import throwaway_server
from tests.postgresql import BINARIES

pytest_plugins = ["tests.browser", "tests.processes.fixtures"]

_PRINTED_LINE_COUNT_MAX: Final = 40
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of what a failed test printed: a server's log has 1,500 lines."""
    report = yield
    report.sections = [(title, _end_of(text)) for title, text in report.sections]
    return report


def _end_of(text: str) -> str:
    lines = text.splitlines(keepends=True)
    left_out_count = len(lines) - _PRINTED_LINE_COUNT_MAX
    if left_out_count <= 0:
        return text
    return "".join(
        [f"({left_out_count} lines before these: -s shows all)\n", *lines[left_out_count:]]
    )


@pytest.fixture(scope="session")
def oldest_server_url(postgres_16: Path) -> Generator[str]:
    """The URL of a superuser on a server of the oldest PostgreSQL that is supported."""
    with throwaway_server(postgres_16) as server:
        yield server.url("postgres")
