"""Banks with payers and readers, and the servers to load."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from bankapp.operations.fields import encode_cursor
from bankapp.postgres.migrations import migrate
from bench.ledger import servers
from bench.ledger.people import add_payers, banker_token
from bench.ledger.tutorial.security import create_token
from bench.ledger.ways import Payers, Readers
from own_postgres import EmbeddedServer, ensure_database
from tests.scale.fill import Connection, Population, fill
from tests.scale.plans import MODES, growing_plans
from tests.scale.posting import tables_scanned

ACCOUNT_COUNT: Final = 10_000
OPENING_BALANCE: Final = 1_000_000_000
CURSOR_COUNT: Final = 1_000
OWNER: Final = "bank"


@contextmanager
def bank(server: EmbeddedServer) -> Generator[Payers]:
    """The bank with payers; all of its features are on."""
    database = ensure_database(server, "bank", OWNER)
    migrate(database)
    account_ids, tokens = add_payers(database, ACCOUNT_COUNT)
    with servers.bank(database, server.home / "bank") as url:
        yield Payers(database, url, account_ids, tokens)


@contextmanager
def tutorial(server: EmbeddedServer) -> Generator[Payers]:
    """The tutorial's bank with payers, on the schema that pgbench uses too."""
    database = ensure_database(server, "classic", OWNER)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((Path(__file__).parent / "classic.sql").read_bytes())
        connection.execute(
            "INSERT INTO accounts SELECT n, n::text, %s, 'USD' FROM generate_series(1, %s) AS n",
            [OPENING_BALANCE, ACCOUNT_COUNT],
        )
        connection.execute("VACUUM ANALYZE")
    account_ids = list(range(1, ACCOUNT_COUNT + 1))
    tokens = [create_token(str(account_id)) for account_id in account_ids]
    with servers.tutorial(database, server.home / "tutorial") as url:
        yield Payers(database, url, account_ids, tokens)


def filled(server: EmbeddedServer, entry_count: int) -> tuple[str, Population, list[str]]:
    """A database with this number of entries, its population, and its plans that grow."""
    name = f"entries_{entry_count}"
    database = ensure_database(server, name, OWNER)
    migrate(database)
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        people = fill(connection, entry_count)
        connection.execute("CHECKPOINT")  # otherwise it would fall into a measurement
        return database, people, _growing(connection, people)


def _growing(connection: Connection, people: Population) -> list[str]:
    queries = [
        f"{query} {' and '.join(found)} ({mode})"
        for mode in MODES
        for query, found in growing_plans(connection, people, mode).items()
    ]
    return queries + [
        f"post_transfers reads all of {table} ({mode})"
        for mode in MODES
        for table in tables_scanned(connection, people, mode)
    ]


@contextmanager
def readers(server: EmbeddedServer, database: str, people: Population) -> Generator[Readers]:
    """A server of a filled bank, and a banker who reads all of it."""
    with psycopg.connect(database) as connection:
        cursors = connection.execute(
            "SELECT transfer_id FROM entries WHERE account_id = %s ORDER BY random() LIMIT %s",
            [people.account_id(1), CURSOR_COUNT],
        ).fetchall()
        directory = server.home / connection.info.dbname
    # Every customer has a webhook, whose events would be sent meanwhile.
    with servers.bank(database, directory, BANK_WEBHOOKS="off") as url:
        yield Readers(
            url,
            [people.account_id(n + 1) for n in range(people.customer_count)],
            banker_token(database),
            [encode_cursor(transfer_id) for (transfer_id,) in cursors],
        )
