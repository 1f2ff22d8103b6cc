"""The log of the embedded PostgreSQL: its contents, mode and size."""

import stat
from pathlib import Path

import psycopg
import pytest

from bankapp.postgres.database import DATABASE, OWNER
from own_postgres import EmbeddedServer
from own_postgres.log import LOG_BYTES_MAX
from tests.postgresql import BINARIES, QUICK
from tests.processes.processes import Served, until
from tests.processes.test_logs import send

LINE = b"a line of the last year\n"
SIGN_UP = {
    "username": "alice",
    "password": "tr0mbone-Fjord-lamp",
    "full_name": "Alice",
    "email": "alice@example.com",
}


def mode_of(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_refused_requests_leave_nothing(home: Path) -> None:
    """Goal: nobody can fill the disk, or read of others. Method: two sign-ups too many, an error.

    The error is one that the bank does not expect, in a row of a customer.
    """
    log = home / "postgres.log"
    with Served(home) as served:
        served.wait()
        assert send(served, "POST", "/v1/users", SIGN_UP)[0] == 201
        before = log.read_bytes()
        for taken in (SIGN_UP, {**SIGN_UP, "username": "bob"}):
            assert send(served, "POST", "/v1/users", taken)[0] == 409
        with (
            psycopg.connect(EmbeddedServer(home, BINARIES).url(DATABASE, OWNER)) as connection,
            pytest.raises(psycopg.errors.CheckViolation),
        ):
            connection.execute("UPDATE users SET full_name = ''")
        assert log.read_bytes() == before
    assert mode_of(log) == "0o600"


@pytest.mark.parametrize(
    ("size", "is_moved"),
    [
        pytest.param(LOG_BYTES_MAX, False, id="full"),
        pytest.param(LOG_BYTES_MAX + 1, True, id="one byte too many"),
    ],
)
def test_a_full_log_becomes_the_older_one(home: Path, size: int, *, is_moved: bool) -> None:
    """At the start, and also one that everybody may read."""
    log, older = home / "postgres.log", home / "postgres.log.1"
    content = (LINE * size)[-size:]
    log.write_bytes(content)
    log.chmod(0o644)
    server = EmbeddedServer(home, BINARIES, QUICK)
    server.start()
    server.stop()
    assert (LINE in log.read_bytes()) is not is_moved
    assert older.exists() is is_moved
    if is_moved:
        assert older.read_bytes() == content[-LOG_BYTES_MAX:]
    assert {mode_of(path) for path in home.glob("postgres.log*")} == {"0o600"}


def test_the_log_is_bounded_while_the_bank_runs(home: Path) -> None:
    log, older = home / "postgres.log", home / "postgres.log.1"
    with Served(home) as served:
        served.wait()
        with log.open("ab") as file:
            file.write(LINE * (LOG_BYTES_MAX // len(LINE) + 1))
        until(lambda: log.stat().st_size < LOG_BYTES_MAX)
        assert older.stat().st_size == LOG_BYTES_MAX
        assert mode_of(older) == "0o600"
    assert b"database system is shut down" in log.read_bytes()
