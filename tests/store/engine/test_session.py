"""The session of each connection: the role and the limits that the bank has asked for."""

from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
from psycopg import AsyncConnection, sql
from psycopg.conninfo import conninfo_to_dict

from bankapp.jobs.failed_jobs import failed_jobs
from bankapp.store.engine.session import WrongSession, check_session, session_options
from bankapp.store.engine.transaction import SESSION, create_pool
from bankapp.store.operator.verification import verify_ledger
from tests.conftest import ServerAddress
from tests.processes.processes import failure, run_bankapp
from tests.proxy import postgres_proxy, without_options


@pytest.fixture
def pooled(server: ServerAddress, database_url: str) -> Generator[str]:
    """The URL of a pooler before the database, which drops `options`."""
    name = conninfo_to_dict(database_url)["dbname"]
    with postgres_proxy(server.host, server.port, edit=without_options) as port:
        yield f"postgresql://bank@127.0.0.1:{port}/{name}?sslmode=disable"


async def test_a_session_as_asked_for(database_url: str) -> None:
    await check_session(database_url, SESSION)


async def test_without_the_options_the_session_is_refused(pooled: str) -> None:
    with pytest.raises(WrongSession) as refusal:
        await check_session(pooled, SESSION)
    for expected in ("role is bank, not bank_application", "lock_timeout is 0, not 1s", "options"):
        assert expected in str(refusal.value)


async def test_no_other_use_is_made_of_it(pooled: str) -> None:
    with pytest.raises(WrongSession):
        await verify_ledger(pooled, lambda _: None)
    with pytest.raises(WrongSession):
        await failed_jobs(pooled)


def test_a_server_does_not_start_with_it(pooled: str, tmp_path: Path) -> None:
    done = run_bankapp("serve", cwd=tmp_path, DATABASE_URL=pooled, BANK_HTTP_ADDRESS="127.0.0.1:0")
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert "role is bank, not bank_application" in last
    assert "use-a-pooler.md" in last


async def test_a_pool_that_is_open_does_not_use_it(
    server: ServerAddress, database_url: str
) -> None:
    """Goal: a pooler that begins to drop the options later. Method: the proxy begins to."""
    name = conninfo_to_dict(database_url)["dbname"]
    drops: list[bool] = []
    with postgres_proxy(
        server.host, server.port, edit=lambda given: without_options(given) if drops else given
    ) as port:
        url = f"postgresql://bank@127.0.0.1:{port}/{name}?sslmode=disable"
        async with create_pool(url) as pool:
            await pool.wait(15)
            drops.append(True)
            async with pool.connection() as first, pool.connection() as second:
                assert await role_of(first) == await role_of(second) == "bank_application"
                with pytest.raises(psycopg.OperationalError):
                    await pool.getconn(timeout=0.5)


async def role_of(connection: AsyncConnection[tuple[object, ...]]) -> object:
    row = await (await connection.execute("SELECT current_user::text")).fetchone()
    assert row is not None
    return row[0]


async def test_settings_of_the_role_do_as_well(
    server: ServerAddress, database_url: str, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    """Goal: the way that the docs show for PgBouncer, with the real server."""
    name = str(conninfo_to_dict(database_url)["dbname"])
    role = sql.Identifier(f"server_{name[-20:]}")
    superuser.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE bank_application").format(role))
    try:
        for setting, value in SESSION.items():
            statement = sql.SQL("ALTER ROLE {} SET {} = {}")
            superuser.execute(statement.format(role, sql.Identifier(setting), sql.Literal(value)))
        superuser.commit()
        with postgres_proxy(server.host, server.port, edit=without_options) as port:
            user = f"server_{name[-20:]}"
            url = f"postgresql://{user}@127.0.0.1:{port}/{name}?sslmode=disable"
            async with create_pool(url) as pool:
                await pool.wait(15)
                async with pool.connection() as connection:
                    assert await role_of(connection) == "bank_application"
    finally:
        superuser.execute(sql.SQL("DROP ROLE {}").format(role))
        superuser.commit()


def test_options_of_the_url_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql:///bank?options=-c%20geqo%3Doff"
    assert session_options(url, {"jit": "off"}) == "-c geqo=off -c jit=off"
    monkeypatch.setenv("PGOPTIONS", "-c geqo=on")
    assert session_options("postgresql:///bank", {"jit": "off"}) == "-c geqo=on -c jit=off"


def test_one_line_says_it(pooled: str, tmp_path: Path) -> None:
    done = run_bankapp("verify", cwd=tmp_path, DATABASE_URL=pooled)
    assert "default_transaction_read_only is off, not on" in failure(done)
