"""Reads the catalog of a database."""

from collections.abc import Callable
from typing import Any, LiteralString, TypeVar, cast

from psycopg import Connection
from psycopg.rows import tuple_row

from schema_docs.catalog import queries
from schema_docs.catalog.model import (
    Catalog,
    Column,
    Constraint,
    Dependency,
    Function,
    Grant,
    Index,
    Policy,
    Relation,
    Trigger,
    Type,
)

Thing = TypeVar("Thing")


def fetch_catalog(connection: Connection[Any]) -> Catalog:
    """The schema at present. Definitions qualify a name where `search_path` does not find it."""

    def fetch(make: Callable[..., Thing], query: LiteralString) -> tuple[Thing, ...]:
        rows = connection.cursor(row_factory=tuple_row).execute(query)
        return tuple(make(*map(_hashable, row)) for row in rows)

    return Catalog(
        version=str(connection.info.server_version // 10000),
        relations=fetch(Relation, queries.RELATIONS),
        columns=fetch(Column, queries.COLUMNS),
        constraints=fetch(Constraint, queries.CONSTRAINTS),
        indexes=fetch(Index, queries.INDEXES),
        triggers=fetch(Trigger, queries.TRIGGERS),
        policies=fetch(Policy, queries.POLICIES),
        types=fetch(Type, queries.TYPES),
        functions=fetch(Function, queries.FUNCTIONS),
        grants=fetch(Grant, queries.GRANTS),
        dependencies=fetch(Dependency, queries.DEPENDENCIES),
    )


def fetch_row_counts(connection: Connection[Any]) -> dict[int, int]:
    """PostgreSQL's estimate of the row count of each table, by its oid."""
    rows = connection.execute("SELECT oid, reltuples::bigint FROM pg_class").fetchall()
    return {oid: max(count, 0) for oid, count in rows}


def _hashable(value: object) -> object:
    return tuple(cast("list[object]", value)) if isinstance(value, list) else value
