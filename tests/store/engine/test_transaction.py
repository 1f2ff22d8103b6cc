"""Retries and refusals of transactions."""

import asyncio
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bankapp import tuning
from bankapp.domain import errors
from bankapp.domain.origin import THE_BANK
from bankapp.domain.users import NewUser
from bankapp.store.engine.session import APPLICATION_ROLE
from bankapp.store.engine.transaction import Pool, Transactions, create_pool
from bankapp.store.identity import users
from bankapp.store.store import Store
from gen import enums
from gen.queries import AsyncQueries
from tests.factories import Make, as_text, deposit

REFUSE_AT_COMMIT = """
CREATE FUNCTION refuse() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON transfers
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION refuse();
"""


class Loser:
    """A step that loses to another transaction a number of times, then returns."""

    def __init__(self, error: Exception, count: int) -> None:
        self.error = error
        self.count = count
        self.runs = 0

    async def __call__(self, q: AsyncQueries) -> int:
        self.runs += 1
        if self.runs <= self.count:
            raise self.error
        return self.runs


@pytest.mark.parametrize(
    "error", [pg.DeadlockDetected(), pg.SerializationFailure(), pg.LockNotAvailable()]
)
async def test_a_transaction_that_lost_runs_again(pool: Pool, error: Exception) -> None:
    assert await Transactions(pool, retry_count_max=3).run(Loser(error, 3)) == 4


async def test_retries_are_bounded(pool: Pool) -> None:
    loser = Loser(pg.DeadlockDetected(), 4)
    with pytest.raises(errors.Unavailable):
        await Transactions(pool, retry_count_max=3).run(loser)
    assert loser.runs == 4


async def test_who_is_not_patient_waits_for_a_lock_once(pool: Pool) -> None:
    loser = Loser(pg.LockNotAvailable(), 1)
    with pytest.raises(errors.Unavailable) as caught:
        await Transactions(pool, retry_count_max=3).try_statement(loser)
    assert (loser.runs, caught.value.is_undone) == (1, True)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(psycopg.OperationalError(), errors.Unavailable, id="a lost connection"),
        pytest.param(pg.AdminShutdown(), errors.Unavailable, id="a server that stops"),
        pytest.param(pg.QueryCanceled(), errors.Unavailable, id="a statement that took too long"),
        pytest.param(pg.DiskFull(), errors.Unavailable, id="a full disk"),
        pytest.param(pg.TooManyConnections(), errors.Unavailable, id="too many connections"),
        pytest.param(pg.UndefinedTable(), pg.UndefinedTable, id="a bug stays what it is"),
        pytest.param(KeyError(), KeyError, id="also one of Python"),
    ],
)
async def test_what_an_error_becomes(
    pool: Pool, error: Exception, expected: type[Exception]
) -> None:
    loser = Loser(error, 1)
    with pytest.raises(expected):
        await Transactions(pool, retry_count_max=3).run(loser)
    assert loser.runs == 1


async def test_a_step_is_all_or_nothing(pool: Pool, make: Make) -> None:
    """A step of two statements leaves nothing when the second one is refused."""
    alice = await make.user("alice")

    async def change_and_fail(q: AsyncQueries) -> None:
        await q.users.update_user_role(username=alice.username, role=enums.Role.ADMIN)
        bob = NewUser(username="bob", hashed_password="", full_name="", email="")
        await users.register_user(q, bob, None, THE_BANK)

    with pytest.raises(pg.CheckViolation):
        await Transactions(pool, retry_count_max=3).run(change_and_fail)
    async with pool.connection() as connection:
        assert await AsyncQueries(connection).users.get_user(username="alice") == alice


@pytest.mark.parametrize(
    ("error", "is_undone"),
    [
        (pg.DeadlockDetected(), True),
        (pg.SerializationFailure(), True),
        (pg.LockNotAvailable(), True),
        (pg.AdminShutdown(), False),
        (pg.IdleInTransactionSessionTimeout(), False),
        (psycopg.OperationalError(), False),
    ],
)
async def test_what_is_known_to_be_undone(pool: Pool, error: Exception, *, is_undone: bool) -> None:
    """A transaction that may have committed must not be retried without its key."""
    with pytest.raises(errors.Unavailable) as refused:
        await Transactions(pool, retry_count_max=0).run(Loser(error, 1))
    assert refused.value.is_undone is is_undone


async def test_a_connection_is_the_applications(pool: Pool) -> None:
    async with pool.connection() as connection:
        rows = await connection.execute("SELECT current_user")
        assert await rows.fetchone() == (APPLICATION_ROLE,)


async def test_what_does_not_commit_is_not_answered(
    store: Store, make: Make, connection: psycopg.Connection[Any]
) -> None:
    """Goal: an answer is given after COMMIT. Method: a trigger refuses only then."""
    account = await make.account()
    connection.execute(REFUSE_AT_COMMIT)
    connection.commit()
    with pytest.raises(pg.RaiseException):
        await store.postings.submit(deposit(account, 1))
    with pytest.raises(pg.RaiseException):
        await store.postings.post([deposit(account, 1)])
    with pytest.raises(pg.RaiseException):
        await store.postings.post_once(
            [deposit(account, 1)], is_atomic=True, key=None, render=as_text
        )
    row = await store.accounts.get(account.id)
    assert row is not None
    assert row.balance == 0


@pytest.mark.parametrize("method", ["run", "run_statement"])
async def test_both_ways_retry(pool: Pool, method: str) -> None:
    run = getattr(Transactions(pool, retry_count_max=1), method)
    assert await run(Loser(pg.DeadlockDetected(), 1)) == 2


async def test_broken_connections_are_replaced(
    pool: Pool, connection: psycopg.Connection[Any]
) -> None:
    """After the server dropped all connections, only those in use fail; then the pool is well."""
    transactions = Transactions(pool, retry_count_max=0)

    async def ask(q: AsyncQueries) -> int:
        return len(await q.reports.ping())

    assert await transactions.run(ask) == 0
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with pytest.raises(errors.Unavailable):
        await transactions.run(ask)
    refused = 0
    while refused < tuning.CONNECTION_COUNT_MAX:
        try:
            answers = await asyncio.gather(*(transactions.run(ask) for _ in range(8)))
        except errors.Unavailable:
            refused += 1
        else:
            assert answers == [0] * 8
            break
    assert refused < tuning.CONNECTION_COUNT_MAX


async def test_connections_to_a_read_only_server_are_replaced(
    database_url: str, superuser: psycopg.Connection[Any]
) -> None:
    """Goal: after a failover behind one address no connection to the old primary is kept.

    Method: connections that are read-only for their whole life; those opened later are not.
    """
    name = superuser.info.dbname
    superuser.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    async with create_pool(database_url) as pool:
        await pool.resize(8, 8)
        await pool.wait()
        superuser.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only".encode())
        store = Store(pool)
        with pytest.raises(errors.Unavailable, match="only be read"):
            await store.ping()
        assert await store.read.entries.get_time()  # reads go on
        await pool.wait()
        for _ in range(8):
            await store.ping()


async def test_a_server_that_vanished_is_given_up(pool: Pool) -> None:
    """Nothing answers for a machine that is gone; the kernel alone would wait for minutes."""
    async with pool.connection() as connection:
        assert connection.info.get_parameters().items() >= {
            ("tcp_user_timeout", "10000"),
            ("keepalives_idle", "4"),
            ("keepalives_interval", "2"),
            ("keepalives_count", "3"),
        }


async def test_the_first_request_after_an_outage_connects_at_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: a long outage makes no long delay. Method: the socket is not there until the pool has
    given up, and then it is.
    """
    monkeypatch.setattr(tuning, "RECONNECTION_TIMEOUT_S", 0.1)
    directory = str(conninfo_to_dict(database_url)["host"])
    away = make_conninfo(database_url, host=str(tmp_path / "away"))
    pool = create_pool(away)
    await pool.open()
    try:
        while pool.get_stats()["pool_size"] > 0:  # noqa: ASYNC110 - a pool sends no event
            await asyncio.sleep(0.01)
        (tmp_path / "away").symlink_to(directory)
        await Store(pool).ping()
    finally:
        await pool.close()
