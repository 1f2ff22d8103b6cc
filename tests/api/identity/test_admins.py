"""There is always an admin who can log in."""

import asyncio

import psycopg
import pytest

from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp.operations.identity.users import ensure_admin
from bankapp.store.engine.transaction import Pool
from bankapp.store.store import Store
from tests.api.client import Answer, Api
from tests.factories import PASSWORD, Make

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.mark.parametrize("way", ["demoted", "blocked"])
async def test_the_last_admin_stays(api: Api, way: str) -> None:
    """Also by their own hand; and a blocked admin does not count as one."""
    root = await api.person("root", Role.ADMIN)
    await api.make.user("other", Role.ADMIN)

    async def take_away(name: str) -> Answer:
        if way == "blocked":
            return await root.post(f"/v1/users/{name}/block")
        return await root.put(f"/v1/users/{name}/role", role="banker")

    assert (await take_away("other")).status == 200
    assert (await take_away("root")).code == "last_admin"
    assert (await root.get("/v1/users/root")).body["role"] == "admin"
    assert (await root.put("/v1/users/root/role", role="admin")).status == 200


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE users SET role = 'banker' WHERE role = 'admin'", id="all at once"),
        pytest.param("UPDATE users SET blocked_at = now() WHERE username = 'root'", id="blocked"),
        pytest.param("DELETE FROM users WHERE username = 'root'", id="deleted"),
    ],
)
async def test_nobody_takes_the_last_admin_away_in_psql(
    make: Make, connection: Connection, statement: str
) -> None:
    await make.user("root", Role.ADMIN)
    with pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(statement.encode())


async def test_of_two_admins_who_demote_each_other_one_stays(pool: Pool, make: Make) -> None:
    """Goal: no moment without an admin. Method: each demotes the other at once, several times."""
    store = Store(pool)
    for name in ("root", "other"):
        await make.user(name, Role.ADMIN)
    for _ in range(5):
        outcomes = await asyncio.gather(
            *(store.users.change_role(name, Role.BANKER) for name in ("root", "other")),
            return_exceptions=True,
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LastAdmin", "User"]
        for name in ("root", "other"):
            await store.users.change_role(name, Role.ADMIN)


async def test_the_admin_of_the_settings_comes_back_only_if_nobody_else_is_there(
    bank: Bank, make: Make, connection: Connection
) -> None:
    """A bank of an earlier release may have blocked its last admin."""
    await make.user("root", Role.ADMIN)
    connection.execute("ALTER TABLE users DISABLE TRIGGER users_keep_an_admin")
    connection.execute("UPDATE users SET blocked_at = now() WHERE username = 'root'")
    connection.commit()
    await make.user("other", Role.ADMIN)
    await ensure_admin(bank, "root", PASSWORD)
    root = await bank.store.read.users.get_user(username="root")
    assert root is not None
    assert root.blocked_at is not None
    connection.execute("UPDATE users SET role = 'banker' WHERE username = 'other'")
    connection.commit()
    await ensure_admin(bank, "root", PASSWORD)
    root = await bank.store.read.users.get_user(username="root")
    assert root is not None
    assert root.blocked_at is None
