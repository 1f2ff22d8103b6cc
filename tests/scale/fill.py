"""Fills a migrated bank with a year of business, which `bankapp verify` finds correct.

The rows of the transfers are written, instead of making the transfers one by one.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import psycopg

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

ENTRIES_PER_CUSTOMER: Final = 50
# Statements that drop and create each index: its maintenance row by row would take the most time.
_INDEXES: Final = """
SELECT
    coalesce(
        'ALTER TABLE entries DROP CONSTRAINT ' || quote_ident(conname),
        'DROP INDEX ' || indexrelid::regclass
    ),
    coalesce(
        'ALTER TABLE entries ADD CONSTRAINT ' || quote_ident(conname)
            || ' ' || pg_get_constraintdef(c.oid),
        pg_get_indexdef(indexrelid)
    )
FROM pg_index
LEFT JOIN pg_constraint AS c ON c.conindid = indexrelid AND c.conrelid = indrelid
WHERE indrelid = 'entries'::regclass
"""


@dataclass(frozen=True)
class Population:
    """The customers of a filled bank: customer n of 1…`customer_count` has `account_id(n)`.

    All others pay the first customer, who thus has a tenth of all entries.
    """

    first_id: int
    customer_count: int
    transfer_count: int

    def account_id(self, customer: int) -> int:
        return self.first_id + customer - 1


def fill(connection: Connection, entry_count: int) -> Population:
    """Add customers who have `entry_count` entries in all, and at least 20 and on average 50 each.

    Each has one row in every other table of customers, such as sessions, holds and keys.
    `connection` is of a superuser and in autocommit mode.
    """
    [(first_id,)] = connection.execute("SELECT max(id) + 1 FROM accounts").fetchall()
    people = Population(first_id, entry_count // ENTRIES_PER_CUSTOMER, entry_count // 2)
    with connection.transaction(), _without_indexes(connection):
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL work_mem = '512MB'")
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        statements = (Path(__file__).parent / "fill.sql").read_bytes()
        psycopg.ClientCursor(connection).execute(statements, vars(people))
    connection.execute("VACUUM (FREEZE, ANALYZE)")
    return people


@contextmanager
def _without_indexes(connection: Connection) -> Generator[None]:
    """Drop the indexes of the entries until the block ends."""
    indexes = connection.execute(_INDEXES).fetchall()
    for drop, _ in indexes:
        connection.execute(drop)
    yield
    for _, create in indexes:
        connection.execute(create)
