"""Fixtures: the data directory of a server."""

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from own_postgres import EmbeddedServer
from postgres_tests.owner import QUICK
from postgres_tests.processes import BINARIES


@pytest.fixture(scope="session")
def stopped_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """The data directory of a server, to be copied."""
    home = tmp_path_factory.mktemp("server") / "bank"
    server = EmbeddedServer(home, BINARIES, QUICK)
    server.start()
    server.stop()
    yield home
    shutil.rmtree(home)


@pytest.fixture
def home(scratch: Path, stopped_server: Path) -> Path:
    """The data directory of a server that does not run."""
    return Path(shutil.copytree(stopped_server, scratch / "bank"))
