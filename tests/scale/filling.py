"""Fills a bank just migrated with a year of business, truthfully: `bankapp verify` finds it whole.

What is written are the rows that so many transfers leave, not the transfers one by one.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import psycopg

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

ENTRIES_PER_CUSTOMER: Final = 50
# What drops each and what makes it anew: row by row that would take longer than all the rest.
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
    """Who is in a bank that was filled: customer n of 1…`customer_count` has `account_id(n)`.

    The first one is paid by everybody, and so has a tenth of all entries.
    """

    first_id: int
    customer_count: int
    transfer_count: int

    def account_id(self, customer: int) -> int:
        return self.first_id + customer - 1


def fill(connection: Connection, entry_count: int) -> Population:
    """Customers with so many entries in all, 20 at least and 50 on average each.

    Sessions, holds, keys and whatever else there is of a customer they have one of. `connection` is
    of a superuser and in autocommit mode.
    """
    [(first_id,)] = connection.execute("SELECT max(id) + 1 FROM accounts").fetchall()
    people = Population(first_id, entry_count // ENTRIES_PER_CUSTOMER, entry_count // 2)
    with connection.transaction(), _without_indexes(connection):
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL work_mem = '512MB'")
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        statements = (Path(__file__).parent / "filling.sql").read_bytes()
        psycopg.ClientCursor(connection).execute(statements, vars(people))
    connection.execute("VACUUM (FREEZE, ANALYZE)")
    return people


@contextmanager
def _without_indexes(connection: Connection) -> Generator[None]:
    """Entries have none until the block ends."""
    indexes = connection.execute(_INDEXES).fetchall()
    for drop, _ in indexes:
        connection.execute(drop)
    yield
    for _, create in indexes:
        connection.execute(create)
