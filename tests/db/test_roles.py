"""The documents for a DBA, followed to the letter on a server of its own."""

import os
import shlex
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from own_postgres import EmbeddedServer, throwaway_server
from tests.postgresql import BINARIES
from tests.processes.processes import Served, environment
from tests.repo.markdown import blocks
from tests.repo.sessions import steps

SET_UP: Final = "docs/how-to/own-postgresql.md"
BACK_UP: Final = "docs/how-to/back-up-and-restore.md"
BANKAPP: Final = str(Path(sys.executable).parent / "bankapp")


@pytest.fixture(scope="module")
def dba_server() -> Generator[EmbeddedServer]:
    """A server with the roles and the migrated database that the document makes."""
    administrator, owner = [block.text for block in blocks(SET_UP) if block.language == "sql"]
    [(migrate, _)] = steps(SET_UP)
    with throwaway_server(BINARIES) as server:
        url = server.url("bank", "bank_owner")
        run(server, "psql", server.url("postgres"), "--set=ON_ERROR_STOP=1", text=administrator)
        command = migrate.replace("postgresql://bank_owner@HOST/bank", shlex.quote(url))
        run(server, "bash", "-euc", command.replace(".venv/bin/bankapp", shlex.quote(BANKAPP)))
        run(server, "psql", url, "--set=ON_ERROR_STOP=1", text=owner)
        yield server


def run(server: EmbeddedServer, *command: str, text: str = "", **variables: str) -> str:
    """The output of a command, run with the programs of the server on its path."""
    path = f"{server.binaries}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        input=text,
        env=environment(PATH=path, **variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("role", ["bank_server", "bank_reader"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET amount = 1",
        "DELETE FROM entries",
        "TRUNCATE entries",
        "INSERT INTO entries VALUES (1, 1, 1, 1, 1, now())",
        "INSERT INTO transfers (kind) VALUES ('transfer')",
        "UPDATE transfers SET amount = 1",
        "UPDATE accounts SET balance = 1",
        "ALTER TABLE entries DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TABLE entries",
        "CREATE TABLE mine (id int)",
        "SET ROLE bank_owner",
    ],
)
def test_what_only_the_owner_may(dba_server: EmbeddedServer, role: str, statement: str) -> None:
    with (
        psycopg.connect(dba_server.url("bank", role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("log_min_messages", "log"),
        ("log_min_error_statement", "panic"),
        ("log_error_verbosity", "terse"),
    ],
)
def test_refused_requests_are_not_logged(
    dba_server: EmbeddedServer, setting: str, value: str
) -> None:
    with psycopg.connect(dba_server.url("bank", "bank_server")) as connection:
        assert connection.execute(f"SHOW {setting}".encode()).fetchone() == (value,)
        source = "SELECT source FROM pg_settings WHERE name = %s"
        assert connection.execute(source, [setting]).fetchone() == ("user",)


def test_the_reader_reads_the_ledger_and_no_passwords(dba_server: EmbeddedServer) -> None:
    with psycopg.connect(dba_server.url("bank", "bank_reader")) as connection:
        for table in ("currencies", "accounts", "transfers", "entries"):
            connection.execute(f"SELECT * FROM {table}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT hashed_password FROM users")


def test_a_migration_does_not_queue_for_long(dba_server: EmbeddedServer) -> None:
    with psycopg.connect(dba_server.url("bank", "bank_owner")) as connection:
        row = connection.execute("SHOW lock_timeout").fetchone()
    assert row == ("5s",)


def test_the_server_starts_as_a_role_that_owns_nothing(
    dba_server: EmbeddedServer, scratch: Path
) -> None:
    url = dba_server.url("bank", "bank_server")
    with Served(scratch / ".bank", DATABASE_URL=url) as served:
        served.wait()
        assert served.event("listening") is not None
        served.stop(2)


def test_it_does_not_start_before_the_owner_has_migrated(dba_server: EmbeddedServer) -> None:
    with psycopg.connect(dba_server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE unmigrated OWNER bank_owner")
    command = subprocess.run(
        [BANKAPP, "migrate"],
        env=environment(DATABASE_URL=dba_server.url("unmigrated", "bank_server")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert command.returncode != 0
    assert "permission denied" in command.stderr


def test_a_backup_comes_back_and_is_proved(dba_server: EmbeddedServer, tmp_path: Path) -> None:
    make_database = dba_server.url("postgres")
    variables: dict[str, Any] = {
        "BANK": dba_server.url("bank", "bank_owner"),
        "RESTORED": dba_server.url("bank_restored", "bank_owner"),
    }
    printed: list[str] = []
    for command, _ in steps(BACK_UP):
        text = command.replace(".venv/bin/bankapp", shlex.quote(BANKAPP))
        text = text.replace("bank.dump", shlex.quote(f"{tmp_path}/bank"))
        text = text.replace("createdb", f"createdb --maintenance-db='{make_database}'")
        printed.append(run(dba_server, "bash", "-euc", text, **variables))
    *_, verified, begun = printed
    assert verified.endswith("all is well\n")
    assert begun.startswith("epoch 2 begins")
    with psycopg.connect(variables["RESTORED"]) as connection:
        row = connection.execute("SELECT count(*) FROM accounts WHERE kind = 'cash'").fetchone()
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute("DELETE FROM entries")
    assert row is not None
    assert row[0] > 0
