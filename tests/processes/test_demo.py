"""`bankapp demo`: a month that is whole, however often it is asked for."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pytest_postgresql import factories

from bankapp.demo.cast import ANA, BANKER, DMITRI, EVERYBODY, PASSWORD
from bankapp_client import Client
from tests.conftest import ServerAddress
from tests.processes.processes import (
    BANKAPP,
    Served,
    environment,
    failure,
    run_bankapp,
    until,
)

undisturbed = factories.postgresql("template", dbname="undisturbed")
QUICK: dict[str, object] = {"BANK_BCRYPT_COST": 4, "BANK_ENVIRONMENT": "development"}


@pytest.fixture
def undisturbed_url(
    server: ServerAddress, undisturbed: psycopg.Connection[tuple[object, ...]]
) -> str:
    """Another database."""
    return server.url(undisturbed.info.dbname)


def demo(
    tmp_path: Path, url: str, *arguments: str, **settings: object
) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    settings = {**QUICK, "BANK_DATA_DIR": tmp_path / "bank", "DATABASE_URL": url, **settings}
    return run_bankapp("demo", *arguments, cwd=tmp_path, **settings)


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of the database."""
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def payments(url: str) -> list[tuple[Any, ...]]:
    """Every transfer, in its order."""
    return rows(
        url,
        "SELECT a.owner, b.owner, t.amount, t.kind, t.description, t.currency FROM transfers AS t"
        " JOIN accounts AS a ON a.id = t.from_account_id JOIN accounts AS b ON b.id ="
        " t.to_account_id ORDER BY t.id",
    )


def kill_after(payment_count: int, tmp_path: Path, url: str) -> None:
    """Run the demo until this number of payments is made, and kill it."""
    settings = environment(**QUICK, BANK_DATA_DIR=tmp_path / "bank", DATABASE_URL=url)
    command = [str(BANKAPP), "demo"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=settings, stderr=subprocess.DEVNULL
    ) as process:
        try:
            until(lambda: process.poll() is not None or len(payments(url)) >= payment_count, 60)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL


def test_interrupted_and_run_again(tmp_path: Path, database_url: str, undisturbed_url: str) -> None:
    """Goal: killed anywhere and run again, the month is the one that nobody interrupted.

    Method: `kill -9` after so many payments, twice; then to its end, and compared with another.
    """
    for payment_count in (20, 120):
        kill_after(payment_count, tmp_path, database_url)
    # Of what is under a key, nothing is forgotten: another month does not fit.
    other_seed = demo(tmp_path, database_url, "--seed", "2")
    assert other_seed.returncode == 1
    assert "--seed" in other_seed.stderr.splitlines()[-1]
    assert demo(tmp_path, database_url).returncode == 0
    assert demo(tmp_path, undisturbed_url).returncode == 0
    assert payments(database_url) == payments(undisturbed_url)


def test_beside_a_server(home: Path, scratch: Path) -> None:
    with Served(home) as served:
        served.wait()
        done = run_bankapp("demo", cwd=scratch, **QUICK, BANK_DATA_DIR=home)
        assert done.returncode == 0, done.stderr
        assert all(person.username in done.stdout for person in EVERYBODY)
        assert done.stderr.splitlines()[0].endswith("people sign up")
        assert done.stderr.splitlines()[-1] == "100% done"
        event = served.event("listening")
        assert event is not None
        with Client(event["url"]) as ana, Client(event["url"]) as banker:
            ana.log_in(username=ANA.username, password=PASSWORD)
            [account] = ana.list_accounts()
            held = [hold.amount for hold in ana.list_holds() if hold.status == "open"]
            assert account.balance - account.available_balance == sum(held) > 0
            assert len(list(ana.list_entries(account.id))) > 10
            banker.log_in(username=BANKER.username, password=PASSWORD)
            [frozen] = banker.list_accounts(owner=DMITRI.username)
            assert frozen.status == "frozen"


def test_refused_in_production(tmp_path: Path, database_url: str) -> None:
    settings = {"BANK_ENVIRONMENT": "production", "BANK_TOKEN_KEYS": "0" * 64}
    settings["BANK_LOG_FORMAT"] = "json"
    assert "production" in failure(demo(tmp_path, database_url, **settings))
    assert payments(database_url) == []


def test_refused_where_it_may_be_production(tmp_path: Path, database_url: str) -> None:
    """A database that is named by DATABASE_URL must be declared to be for development."""
    unsaid = {"BANK_ENVIRONMENT": ""}
    assert "BANK_ENVIRONMENT=development" in failure(demo(tmp_path, database_url, **unsaid))
    assert payments(database_url) == []
    done = demo(tmp_path, database_url, "--anyway", **unsaid)
    assert done.returncode == 0, done.stderr


def test_a_bank_of_its_own_is_for_development(home: Path, scratch: Path) -> None:
    done = run_bankapp("demo", cwd=scratch, BANK_BCRYPT_COST=4, BANK_DATA_DIR=home)
    assert done.returncode == 0, done.stderr
