"""Access of the tests of the HTTP contract to the database, past the bank."""

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeAlias

import psycopg
import pytest

Connection = psycopg.Connection[tuple[object, ...]]
Backdate: TypeAlias = Callable[[datetime], None]


class DatabaseAccess:
    """Changes that no route can make, by the owner of the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def expired_session(self, username: str) -> uuid.UUID:
        """A session that ended by itself an hour ago."""
        session_id = uuid.uuid4()
        self._run(
            "INSERT INTO sessions (id, username, user_agent, created_at, expires_at) VALUES"
            " (%s, %s, 'test', now() - interval '2 hours', now() - interval '1 hour')",
            session_id,
            username,
        )
        return session_id

    def end_sessions(self, username: str) -> None:
        """End all sessions of a user."""
        self._run("UPDATE sessions SET ended_at = now() WHERE username = %s", username)

    def set_status(self, account_id: int, status: str) -> None:
        """Freeze, thaw or close an account."""
        self._run("UPDATE accounts SET status = %s WHERE id = %s", status, account_id)

    def expire_holds(self) -> None:
        """Let every hold have expired."""
        self._run("ALTER TABLE holds DISABLE TRIGGER USER")
        self._run(
            "UPDATE holds SET created_at = created_at - interval '1 day',"
            " expires_at = now() - interval '1 second'"
        )
        self._run("ALTER TABLE holds ENABLE TRIGGER USER")

    def cash_account(self, currency: str = "USD") -> int:
        """The id of the bank's own account of a currency."""
        [(account_id,)] = self._rows(
            "SELECT id FROM accounts WHERE owner IS NULL AND currency = %s", currency
        )
        assert isinstance(account_id, int)
        return account_id

    def money(self) -> object:
        """Every balance, and how many transfers and entries there are."""
        return self._rows(
            "SELECT (SELECT array_agg(row (id, balance, status)::text ORDER BY id) FROM accounts),"
            " (SELECT count(*) FROM transfers), (SELECT count(*) FROM entries)"
        )

    def break_connections(self) -> None:
        """End every other connection to the database, and wait until they have ended."""
        self._rows(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def names(self) -> set[str]:
        """The names of all constraints and indexes."""
        rows = self._rows(
            "SELECT conname::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            " UNION SELECT relname::text FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind = 'i'"
        )
        return {str(name) for (name,) in rows}

    def _run(self, statement: str, *args: object) -> None:
        self._connection.execute(statement.encode(), args)
        self._connection.commit()

    def _rows(self, statement: str, *args: object) -> list[tuple[object, ...]]:
        rows = self._connection.execute(statement.encode(), args).fetchall()
        self._connection.commit()
        return rows


@pytest.fixture
def database(connection: Connection) -> DatabaseAccess:
    """The database, past the bank."""
    return DatabaseAccess(connection)


def backdate_ledger(connection: Connection, moment: datetime) -> None:
    """Move the transfers and entries of the last day to `moment`, which no route can do."""
    for table in ("transfers", "entries"):
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        update = f"UPDATE {table} SET created_at = %s WHERE created_at > now() - interval '1 day'"
        connection.execute(update.encode(), [moment])
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
    connection.commit()


@pytest.fixture
def backdate(connection: Connection) -> Backdate:
    """Moves the transfers and entries that were just made to a moment in the past."""
    return partial(backdate_ledger, connection)
