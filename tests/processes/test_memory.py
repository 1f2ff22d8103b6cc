"""The memory of a process while many strangers send what they do not finish."""

import socket
from collections.abc import Generator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import pytest

from bench.hostile import shapes
from tests.processes.processes import Served

CONNECTION_COUNT: Final = 200
# A process accepts 16,384 connections: all of them together, this and no more for each.
BYTES_EACH_MAX: Final = 128 * 1024
BATCH: Final = b"/v1/transfers/batch"
CHUNKED: Final = b"Transfer-Encoding: chunked"
UNFINISHED: Final = {
    "a connection": b"",
    "a request line": b"GET /" + b"a" * 8_000,
    "a head": b"GET / HTTP/1.1\r\n"
    + b"".join(b"X-%d: %s\r\n" % (n, b"v" * 7_900) for n in range(4)),
    "a head of many headers": b"GET / HTTP/1.1\r\n"
    + b"".join(b"X-%d: v\r\n" % n for n in range(99)),
    "a body": shapes.post(b"Content-Length: 16384", body=b" " * 16_000),
    "a body that is too large": shapes.post(b"Content-Length: 100000000", body=b" " * 1_000_000),
    "a large body": shapes.post(b"Content-Length: 1048576", body=b" " * 1_000_000, target=BATCH),
    "a large body in chunks": shapes.post(
        CHUNKED, body=b"F4240\r\n" + b" " * 1_000_000, target=BATCH
    ),
    "a body in many chunks": shapes.post(CHUNKED, body=b"1\r\n \r\n" * 8_000),
    "an expectation": shapes.post(
        b"Expect: 100-continue", b"Content-Length: 1048576", body=b"", target=BATCH
    ),
}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    with Served(tmp_path_factory.mktemp("memory") / "bank") as served:
        yield served.wait()


def peak_bytes(pid: int) -> int:
    """The most memory that a process has had since its peak was last forgotten."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def forget_peak(pid: int) -> None:
    """Let the peak begin with the memory that the process has now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


@pytest.mark.parametrize("unfinished", UNFINISHED.values(), ids=[*UNFINISHED])
def test_what_is_not_finished_takes_little_memory(bank: Served, unfinished: bytes) -> None:
    """Goal: strangers cannot fill the memory of a process.

    Method: send the same unfinished bytes over many connections, have another request answered,
    and compare the peak of the memory with the one before.
    """
    pid = bank.process.pid
    forget_peak(pid)
    before = peak_bytes(pid)
    with ExitStack() as stack:
        for _ in range(CONNECTION_COUNT):
            with suppress(OSError):  # an early refusal may close the connection
                stranger = stack.enter_context(socket.create_connection(bank.address))
                stranger.settimeout(0.05)
                stranger.sendall(unfinished)
        assert bank.ask("GET", "/healthz").status == 200
        assert peak_bytes(pid) - before < CONNECTION_COUNT * BYTES_EACH_MAX
