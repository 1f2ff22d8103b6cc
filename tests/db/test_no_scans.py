"""No query that is served reads or sorts more for there being more: a million entries are there."""

import re
from collections.abc import Generator

import psycopg
import pytest
from psycopg import sql
from pytest_postgresql.executors.noop import NoopExecutor

from tests.conftest import SUPERUSER, ServerAddress
from tests.scale.fill import Connection, Population, fill
from tests.scale.plans import MODES, growing_plans, served_queries
from tests.scale.posting import tables_scanned

ENTRY_COUNT = 1_000_000

Large = tuple[Connection, Population]


@pytest.fixture(scope="module")
def large(server: ServerAddress, template: NoopExecutor) -> Generator[Large]:
    """A large bank, analysed. Who changes it puts it back, or does no harm to the others."""
    superuser = ServerAddress(server.host, user=SUPERUSER)
    names = {
        "large": sql.Identifier(f"{template.dbname}_large"),
        "template": sql.Identifier(template.template_dbname),
    }
    with psycopg.connect(superuser.url("postgres"), autocommit=True) as maintenance:
        maintenance.execute(sql.SQL("CREATE DATABASE {large} TEMPLATE {template}").format(**names))
        try:
            url = superuser.url(f"{template.dbname}_large")
            with psycopg.connect(url, autocommit=True) as connection:
                yield connection, fill(connection, ENTRY_COUNT)
        finally:
            maintenance.execute(sql.SQL("DROP DATABASE {large}").format(**names))


@pytest.mark.parametrize("mode", MODES)
def test_no_plan_grows(large: Large, mode: str) -> None:
    assert len(served_queries()) > 40
    growing = growing_plans(*large, mode)
    assert not growing, (
        "each needs an index, and its table needs rows in tests/scale/filling.sql to be planned "
        f"truthfully: {growing}"
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_scan_is_found(large: Large, mode: str) -> None:
    connection, people = large
    with connection.transaction(force_rollback=True):
        connection.execute("ALTER TABLE entries DROP CONSTRAINT entries_account_transfer_key")
        connection.execute("DROP INDEX entries_account_created_at_idx")
        found = growing_plans(connection, people, mode)
    assert "reads all of entries" in found["entries.list_entries of customer 1"]


def test_a_sort_is_found(large: Large) -> None:
    connection, people = large
    with connection.transaction(force_rollback=True):
        connection.execute("ALTER TABLE entries DROP CONSTRAINT entries_account_transfer_key")
        found = growing_plans(connection, people, "force_custom_plan")
    [sort] = found["transfers.list_account_transfers of customer 1"]
    assert re.fullmatch(r"sorts \d{5,} rows by entries.transfer_id DESC", sort)


@pytest.mark.parametrize("mode", [*MODES, "auto"])
def test_the_posting_call_scans_no_table(large: Large, mode: str) -> None:
    """Goal: the call keeps its plans. Method: items of every kind; count what was read."""
    assert not tables_scanned(*large, mode)
