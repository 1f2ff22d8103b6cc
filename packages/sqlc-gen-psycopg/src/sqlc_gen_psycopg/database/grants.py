"""Finds the privileges that queries need and a role lacks."""

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

import psycopg
from psycopg import errors, sql

from sqlc_gen_psycopg.database.catalog import Connection
from sqlc_gen_psycopg.request import Query

_DENIED: Final = re.compile(r"permission denied for (schema|function|table|(?:mat\w+ )?view) (.+)")
_SCHEMAS: Final = "SELECT 'USAGE', 'SCHEMA ' || quote_ident(%(name)s), NULL"
_FUNCTIONS: Final = """
SELECT 'EXECUTE', 'FUNCTION ' || oid::regprocedure, NULL
FROM pg_proc
WHERE proname = %(name)s AND NOT has_function_privilege(%(role)s, oid, 'EXECUTE')
"""
# What is needed of any column is asked for the first. A role that may read some columns of a table
# is not to read the others.
_RELATIONS: Final = """
WITH known AS (
    SELECT oid, oid::regclass::text AS name
    FROM pg_class
    WHERE relname = %(name)s AND relkind IN ('r', 'p', 'v', 'm', 'f')
)
SELECT privilege, name, NULL
FROM known, unnest('{SELECT,DELETE}'::text[]) AS privilege
WHERE NOT has_table_privilege(%(role)s, known.oid, privilege)
    AND (privilege <> 'SELECT' OR NOT has_any_column_privilege(%(role)s, known.oid, privilege))
UNION ALL
(
    SELECT privilege, name, quote_ident(attname)
    FROM known
    INNER JOIN pg_attribute ON attrelid = known.oid AND attnum > 0 AND NOT attisdropped,
        unnest('{SELECT,INSERT,UPDATE}'::text[]) AS privilege
    WHERE NOT has_column_privilege(%(role)s, known.oid, attnum, privilege)
        AND (privilege <> 'SELECT' OR has_any_column_privilege(%(role)s, known.oid, privilege))
    ORDER BY privilege, attnum
)
"""
_KINDS: Final = ("USAGE", "EXECUTE", "SELECT", "INSERT", "UPDATE", "DELETE")
_LACKED: Final = {"schema": _SCHEMAS, "function": _FUNCTIONS}


class Privilege(NamedTuple):
    """A privilege on an object, or on one column of it."""

    kind: str
    on: str
    column: str | None


def find_missing_grants(url: str, queries: Sequence[Query], role: str) -> dict[Query, list[str]]:
    """The GRANTs that a role lacks, by the queries that need them.

    PostgreSQL says what it would refuse when it plans a query: this counts views and locks in, but
    not what the body of a function needs. Its words stand for a GRANT that is not found, as where
    they are not in English. Changes nothing in the database. Raises psycopg.Error where there is no
    connection, or the role cannot be taken.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        with suppress(errors.InsufficientPrivilege):  # a superuser's right
            connection.execute("SET lc_messages = 'C'")
        with _acting_as(connection, role):
            denials = {query: _denial(connection, query) for query in queries}
        return {
            query: _statements(_lacked(connection, query, role), role) or [message]
            for query, message in denials.items()
            if message
        }


@contextmanager
def _acting_as(connection: Connection, role: str) -> Generator[None]:
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    yield
    connection.execute("RESET ROLE")


def _denial(connection: Connection, query: Query) -> str:
    """Why the query may not be run; empty where it may, or cannot be planned at all."""
    try:
        with connection.transaction():
            connection.execute(f"EXPLAIN (GENERIC_PLAN) {query.text}".encode())
    except errors.InsufficientPrivilege as error:
        return error.diag.message_primary or ""
    except psycopg.Error:
        pass
    return ""


def _lacked(connection: Connection, query: Query, role: str) -> list[Privilege]:
    """What the query needs beyond what the role has: without one of them it is refused."""

    def denial() -> str:
        with _acting_as(connection, role):
            return _denial(connection, query)

    found: list[Privilege] = []
    with connection.transaction(force_rollback=True):
        while message := denial():
            named = _DENIED.fullmatch(message)
            lacked = _lacked_on(connection, named[1], named[2], role) if named else []
            _run(connection, "GRANT {} TO {}", lacked, role)
            if not lacked or denial() == message:
                break
            needed: list[Privilege] = []
            for privilege in reversed(lacked):
                _run(connection, "REVOKE {} FROM {}", [privilege], role)
                if denial() == message:
                    _run(connection, "GRANT {} TO {}", [privilege], role)
                    needed.insert(0, privilege)
            found += needed
    return found


def _lacked_on(connection: Connection, kind: str, name: str, role: str) -> list[Privilege]:
    statement = _LACKED.get(kind, _RELATIONS).encode()
    rows = connection.execute(statement, {"name": name, "role": role})
    lacked = [Privilege(*row) for row in rows.fetchall()]
    return sorted(lacked, key=lambda privilege: (_KINDS.index(privilege.kind), privilege.on))


def _run(connection: Connection, form: str, privileges: Sequence[Privilege], role: str) -> None:
    for kind, on, column in privileges:
        columns = f" ({column})" if column else ""
        quoted = sql.Identifier(role).as_string(connection)
        connection.execute(form.format(f"{kind}{columns} ON {on}", quoted).encode())


def _statements(privileges: Sequence[Privilege], role: str) -> list[str]:
    """A GRANT for each object."""
    wanted: dict[str, dict[str, list[str]]] = {}
    for kind, on, column in privileges:
        columns = wanted.setdefault(on, {}).setdefault(kind, [])
        columns += [column] if column else []
    return [f"GRANT {_listed(kinds)} ON {on} TO {role};" for on, kinds in wanted.items()]


def _listed(kinds: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(
        f"{kind} ({', '.join(columns)})" if columns else kind for kind, columns in kinds.items()
    )
