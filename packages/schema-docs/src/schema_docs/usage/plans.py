"""Generic plans: how PostgreSQL would run a statement for any values of its parameters."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from schema_docs.usage.statements import Connection

_INDEX_SCANS: Final = ("Index Scan", "Index Only Scan", "Bitmap Index Scan")
_HIDE: Final = """
UPDATE pg_index SET indisvalid = false
WHERE indexrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))
"""


@dataclass(frozen=True)
class Scan:
    """A scan of a table: through an index, or sequential where `index` is None.

    `is_search` says that the index is searched, not read from end to end.
    """

    schema: str
    table: str
    index: str | None
    is_search: bool


@dataclass(frozen=True)
class Plan:
    """A generic plan as text, its scans, and all indexes that it could search.

    The scans are planned for empty tables, with sequential scans as the last resort.
    """

    text: str
    scans: tuple[Scan, ...]
    indexes: tuple[tuple[str, str], ...]


def explain(connection: Connection, query: str) -> Plan | None:
    """The plan of a query with parameters `$1`…; None where PostgreSQL has none."""
    return _explain(connection, "GENERIC_PLAN, ", query)


def explain_with_types(connection: Connection, query: str, types: Sequence[str]) -> Plan | None:
    """The plan where the types of the parameters do not follow from the query."""
    names = f"({', '.join(types)})" if types else ""
    nulls = f"({', '.join(['NULL'] * len(types))})" if types else ""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            connection.execute(f"PREPARE schema_docs_plan{names} AS {query}".encode())
            return _explain(connection, "", f"EXECUTE schema_docs_plan{nulls}")
    except psycopg.Error:
        return None
    finally:
        # DEALLOCATE ignores transactions and fails where PREPARE did; this one must go on.
        with suppress(psycopg.Error), connection.transaction():
            connection.execute("DEALLOCATE schema_docs_plan")


def _explain(connection: Connection, option: str, query: str) -> Plan | None:
    try:
        with connection.transaction(force_rollback=True):
            rows = connection.execute(f"EXPLAIN ({option}COSTS OFF) {query}".encode()).fetchall()
            # For empty tables PostgreSQL would choose no index, but we look for those it could use.
            connection.execute("SET LOCAL enable_seqscan = off")
            scans = _find_scans(connection, option, query)
            indexes = _find_indexes(connection, option, query, scans)
    except psycopg.Error:
        return None
    return Plan("\n".join(text for (text,) in rows), scans, indexes)


def _find_scans(connection: Connection, option: str, query: str) -> tuple[Scan, ...]:
    connection.execute("DISCARD PLANS")  # a prepared statement would keep the one it has
    explained = f"EXPLAIN ({option}COSTS OFF, VERBOSE, FORMAT json) {query}"
    row = connection.execute(explained.encode()).fetchone()
    assert row is not None
    plans = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return tuple(dict.fromkeys(_scans(plans[0]["Plan"])))


def _find_indexes(
    connection: Connection, option: str, query: str, scans: tuple[Scan, ...]
) -> tuple[tuple[str, str], ...]:
    """The indexes that are searched, then those that would be without these, and so on."""
    found: dict[tuple[str, str], None] = {}
    while (
        new := {
            (scan.schema, scan.index): None for scan in scans if scan.index and scan.is_search
        }.keys()
        - found.keys()
    ):
        for schema, index in sorted(new):
            found[schema, index] = None
            connection.execute(_HIDE, [schema, index])
        scans = _find_scans(connection, option, query)
    return tuple(found)


def _scans(
    node: dict[str, Any], schema: str | None = None, table: str | None = None
) -> Iterator[Scan]:
    schema, table = node.get("Schema", schema), node.get("Relation Name", table)
    if table is not None and schema is not None and not schema.startswith("pg_temp"):
        if node["Node Type"] in _INDEX_SCANS:
            yield Scan(schema, table, node["Index Name"], "Index Cond" in node)
        elif node["Node Type"] == "Seq Scan":
            yield Scan(schema, table, None, is_search=False)
    is_heap = node["Node Type"].startswith("Bitmap")
    for child in node.get("Plans", []):
        yield from _scans(child, *((schema, table) if is_heap else (None, None)))
