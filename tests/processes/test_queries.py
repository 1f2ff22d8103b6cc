"""`bankapp queries`: the cost of each query, by its name."""

import json
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bankapp.postgres.database import DATABASE, OWNER
from bankapp.store.operator.query_statistics import EXTENSION
from gen.queries import QUERIES
from own_postgres import EmbeddedServer, ensure_database
from tests.postgresql import BINARIES, QUICK
from tests.processes.processes import Served, failure, run_bankapp


def statistics(cwd: Path, **settings: object) -> dict[str | None, dict[str, Any]]:
    """The output of `bankapp queries --json`, by name."""
    done = run_bankapp("queries", "--json", cwd=cwd, **settings)
    assert done.returncode == 0, done
    return {row["name"]: row for row in json.loads(done.stdout)}


def test_beside_a_bank_that_serves_and_after_it(home: Path) -> None:
    with Served(home) as served:
        account_id = served.wait().open_account()
        token = served.log_in_admin()
        for _ in range(7):
            assert served.deposit(account_id, 1000, token).status == 201
        found = statistics(home.parent, BANK_DATA_DIR=home)
        assert found["PostTransfers"]["call_count"] == 7
        assert found["PostTransfers"]["row_count"] == 7
        assert found["InsertUser"]["call_count"] >= 1
        assert found["ListSessionCallers"]["call_count"] == 8
        for row in found.values():
            assert 0 < row["mean_ms"] <= row["max_ms"] <= row["total_ms"]
            assert row["mean_ms"] == pytest.approx(row["total_ms"] / row["call_count"])
        total = [row["total_ms"] for row in found.values()]
        assert total == sorted(total, reverse=True)
    done = run_bankapp("queries", cwd=home.parent, BANK_DATA_DIR=home)
    assert done.returncode == 0
    heading, *rows = done.stdout.splitlines()
    assert heading.split() == ["query", "calls", "rows", "mean", "ms", "max", "ms", "total", "ms"]
    assert ["PostTransfers", "7", "7"] in [row.split()[:3] for row in rows]


def test_every_query_is_recognised_in_the_statistics(home: Path) -> None:
    """Goal: no name is lost. Method: run all that run with nothing but NULLs, and look for them."""
    server = EmbeddedServer(home, BINARIES, QUICK)
    server.start()
    try:
        ran: set[str] = set()
        with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
            for query in QUERIES.values():
                arguments = [None] * len(set(re.findall(r"\$\d+", query.sql)))
                try:
                    with connection.transaction(force_rollback=True):
                        psycopg.RawCursor(connection).execute(query.sql.encode(), arguments)
                except psycopg.Error:
                    continue
                ran.add(query.name)
    finally:
        server.stop()
    assert len(ran) > len(QUERIES) / 2
    assert ran <= statistics(home.parent, BANK_DATA_DIR=home).keys()


def test_no_two_queries_are_the_same_to_the_server(connection: psycopg.Connection[Any]) -> None:
    """It counts those together whose identifiers are equal, under the name that came first."""
    by_identifier: dict[int, set[str]] = {}
    for query in QUERIES.values():
        explain = f"EXPLAIN (VERBOSE, GENERIC_PLAN, FORMAT json) {query.sql}"
        row = psycopg.RawCursor(connection).execute(explain.encode()).fetchone()
        assert row is not None
        by_identifier.setdefault(row[0][0]["Query Identifier"], set()).add(query.name)
    assert [names for names in by_identifier.values() if len(names) > 1] == []


def test_on_a_server_that_counts_nothing(home: Path) -> None:
    server = EmbeddedServer(home, BINARIES, {**QUICK, "shared_preload_libraries": ""})
    server.start()
    try:
        url = ensure_database(server, DATABASE, OWNER)
        done = run_bankapp("queries", cwd=home.parent, DATABASE_URL=url)
        assert "CREATE EXTENSION pg_stat_statements" in failure(done)
        with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
            connection.execute(f"CREATE EXTENSION {EXTENSION}")
        done = run_bankapp("queries", cwd=home.parent, DATABASE_URL=url)
        assert "shared_preload_libraries" in failure(done)
    finally:
        server.stop()


def test_on_a_server_of_others(home: Path) -> None:
    """The extension is where the data is; the owner of the data may not see it by itself."""
    server = EmbeddedServer(home, BINARIES, QUICK)
    server.start()
    try:
        url = ensure_database(server, DATABASE, OWNER)
        with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
            connection.execute('CREATE SCHEMA "Odd one"')
            connection.execute(f'CREATE EXTENSION {EXTENSION} SCHEMA "Odd one"')
            connection.execute(f'GRANT USAGE ON SCHEMA "Odd one" TO {OWNER}')
            done = run_bankapp("queries", cwd=home.parent, DATABASE_URL=url)
            assert "GRANT pg_read_all_stats TO bank" in failure(done)
            connection.execute(f"GRANT pg_read_all_stats TO {OWNER}")
        assert None in statistics(home.parent, DATABASE_URL=url)
    finally:
        server.stop()
