"""A bank that was filled is one that could have come to be so."""

import pytest

from bankapp.store.operator.verification import verify_ledger
from tests.scale.fill import Connection, Population, fill

ENTRY_COUNT = 10_000
INDEXES = """
SELECT pg_get_indexdef(indexrelid), conname
FROM pg_index LEFT JOIN pg_constraint ON conindid = indexrelid
WHERE indrelid = 'entries'::regclass
"""
# Checks all rows anew.
FOREIGN_KEYS = """
SELECT format(
    'ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I %3$s',
    conrelid::regclass, conname, pg_get_constraintdef(oid)
)
FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""


@pytest.fixture
def indexes(superuser: Connection) -> set[tuple[str, str]]:
    """The indexes of the entries."""
    return set(superuser.execute(INDEXES).fetchall())


@pytest.fixture
def people(superuser: Connection, indexes: set[tuple[str, str]]) -> Population:
    assert len(indexes) > 2
    return fill(superuser, ENTRY_COUNT)


async def test_its_books_are_in_order(people: Population, database_url: str) -> None:
    report = await verify_ledger(database_url, lambda _: None)
    assert report.entry_count == ENTRY_COUNT == 2 * people.transfer_count
    assert report.findings == []


def test_no_foreign_key_and_no_index_is_broken(
    superuser: Connection, people: Population, indexes: set[tuple[str, str]]
) -> None:
    assert superuser.execute(
        "SELECT count(*) FROM users WHERE username LIKE 'customer%'"
    ).fetchone() == (people.customer_count,)
    statements = superuser.execute(FOREIGN_KEYS).fetchall()
    assert len(statements) > 10
    for (statement,) in statements:
        superuser.execute(statement)
    assert set(superuser.execute(INDEXES).fetchall()) == indexes


def test_customers_have_pages_of_entries_and_the_first_has_many(
    superuser: Connection, people: Population
) -> None:
    counts: dict[int, int] = dict(
        superuser.execute("SELECT account_id, count(*) FROM entries GROUP BY account_id").fetchall()
    )
    of_customers = [counts[people.account_id(n + 1)] for n in range(people.customer_count)]
    assert min(of_customers) >= 20
    assert 0.09 < of_customers[0] / ENTRY_COUNT < 0.11
