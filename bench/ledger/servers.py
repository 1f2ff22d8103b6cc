"""Servers to load: the bank's, and the tutorial's."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

KEY: Final = bytes(32)
START_S: Final = 60.0


@contextmanager
def bank(url: str, directory: Path, **settings: str) -> Generator[str]:
    """The URL of a server of the bank with more settings, which runs until the block ends."""
    directory.mkdir()
    settings = {**settings_of(url, directory), **settings}
    with _served(["bankapp", "serve"], settings, directory / "serve.log") as address:
        yield address


def grpc_url(directory: Path) -> str:
    """The URL of gRPC of the server with this directory."""
    return next(url for url in _urls(directory / "serve.log") if url.startswith("grpc://"))


def settings_of(url: str, directory: Path) -> dict[str, str]:
    """The environment of a process of the bank."""
    return {
        **os.environ,
        "DATABASE_URL": url,
        "BANK_DATA_DIR": str(directory),
        "BANK_HTTP_ADDRESS": "127.0.0.1:0",
        "BANK_TOKEN_KEYS": KEY.hex(),
        "BANK_RATE_LIMITS": "off",
        "BANK_LOG_FORMAT": "json",
    }


@contextmanager
def tutorial(url: str, directory: Path) -> Generator[str]:
    """The URL of a server of the tutorial's bank, which runs until the block ends."""
    directory.mkdir()
    log = directory / "serve.log"
    with _served(["bench.ledger.tutorial"], {"DATABASE_URL": url}, log) as address:
        yield address


@contextmanager
def _served(module: Sequence[str], settings: Mapping[str, str], log: Path) -> Generator[str]:
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env={**os.environ, **settings},
            stdout=output,
            stderr=output,
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        for url in _urls(log):
            return url
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {log.read_text()}")


def _urls(log: Path) -> Iterator[str]:
    for line in log.read_text().splitlines():
        if '"event": "listening"' in line or '"event":"listening"' in line:
            yield str(json.loads(line)["url"])
