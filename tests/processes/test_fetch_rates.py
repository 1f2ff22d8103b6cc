"""`bankapp fetch-rates`, in a process of its own."""

from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.processes.processes import failure, run_bankapp
from tests.rate_answers import ecb
from tests.web_server import WebServer, http, web_server_in_thread


@pytest.fixture
def web() -> Generator[WebServer]:
    """The source of the rates."""
    with web_server_in_thread() as web:
        web.answer = http(ecb())
        yield web


def settings_of(database_url: str, web: WebServer) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "BANK_RATES_URL": f"{web.url}rates.xml",
        "BANK_RATES_NETWORKS": "127.0.0.0/8",
    }


def test_rates_are_fetched(
    tmp_path: Path,
    database_url: str,
    connection: psycopg.Connection[tuple[object, ...]],
    web: WebServer,
) -> None:
    settings = settings_of(database_url, web)
    for printed in ("3 new rates\n", "0 new rates\n"):
        done = run_bankapp("fetch-rates", cwd=tmp_path, **settings)
        assert (done.returncode, done.stdout.splitlines(keepends=True)[-1]) == (0, printed)
    assert connection.execute("SELECT count(*) FROM exchange_rates").fetchone() == (3,)


def test_held_rates_are_named(tmp_path: Path, database_url: str, web: WebServer) -> None:
    settings = settings_of(database_url, web)
    web.answer = http(ecb({"USD": "1", "GBP": "1"}, "2026-01-02"))
    run_bankapp("fetch-rates", cwd=tmp_path, **settings)
    web.answer = http(ecb({"USD": "2", "GBP": "2", "CHF": "1"}))
    printed = run_bankapp("fetch-rates", cwd=tmp_path, **settings).stdout.splitlines()
    assert printed[-2:] == ["1 new rates", "2 held for a banker: GBP, USD"]


def test_a_failure_is_one_line_with_the_reason(
    tmp_path: Path, database_url: str, web: WebServer
) -> None:
    settings = settings_of(database_url, web)
    web.answer = http(ecb({"USD": "NaN"}))
    said = failure(run_bankapp("fetch-rates", cwd=tmp_path, **settings))
    assert said == (
        "the rates were not fetched: "
        "a rate is no plain positive decimal, or too large or too precise"
    )
    del settings["BANK_RATES_NETWORKS"]
    said = failure(run_bankapp("fetch-rates", cwd=tmp_path, **settings))
    assert said == "the rates were not fetched: the host has no public address"


def test_a_database_that_cannot_be_written_to_is_a_failure(
    tmp_path: Path,
    database_url: str,
    connection: psycopg.Connection[tuple[object, ...]],
    web: WebServer,
) -> None:
    settings = settings_of(database_url, web)
    setting = "ALTER DATABASE {} SET default_transaction_read_only = on"
    connection.execute(SQL(setting).format(Identifier(connection.info.dbname)))
    connection.commit()
    said = failure(run_bankapp("fetch-rates", cwd=tmp_path, **settings))
    assert said.startswith("the database does not answer: The bank can only be read at the moment")


def test_a_source_is_required(tmp_path: Path) -> None:
    said = failure(run_bankapp("fetch-rates", cwd=tmp_path), exit_code=2)
    assert said == "BANK_RATES_URL is required: it names the source of the rates"
