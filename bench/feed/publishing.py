"""Publishes the events of a bank to a broker while others are measured."""

import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from bench.ledger.servers import settings_of
from tests.brokers import Broker

CAUGHT_UP_WITHIN: Final = 5_000  # positions
START_S: Final = 120.0
_BEHIND: Final = """
SELECT (SELECT last_value FROM positions) - max(position) FROM feed_consumers WHERE name = 'kafka'
"""


@contextmanager
def publishing(database: str, broker: Broker, directory: Path) -> Generator[None]:
    """Have a worker of the bank publish while the block runs, from when it has caught up."""
    settings = {
        **settings_of(database, directory),
        "BANK_KAFKA_SERVERS": broker.server,
        "BANK_KAFKA_SECURITY": "plaintext",
        "BANK_WEBHOOKS": "off",
    }
    directory.mkdir(exist_ok=True)
    with (directory / "work.log").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bankapp", "work"], env=settings, stdout=output, stderr=output
        )
    try:
        _catch_up(database)
        yield
    finally:
        process.terminate()
        process.wait()


def _catch_up(database: str) -> None:
    deadline = time.monotonic() + START_S
    with psycopg.connect(database, autocommit=True) as connection:
        while time.monotonic() < deadline:
            [(behind,)] = connection.execute(_BEHIND).fetchall()
            if behind is not None and behind < CAUGHT_UP_WITHIN:
                return
            time.sleep(0.1)
    raise RuntimeError("the publisher does not catch up")
