"""PostgreSQL logs nothing that a request causes: anybody can send any number of requests.

The other modules of the suite have the fixture `silence`, too.
"""

import asyncio

import psycopg
import pytest

from bankapp.domain import errors
from bankapp.store.engine.transaction import Pool
from tests.api.conftest import Connection
from tests.doors.cases import CASES
from tests.doors.client import Client
from tests.doors.conftest import PostgresLog
from tests.doors.world import Requester, World
from tests.factories import PASSWORD
from tests.waiting import until_waiting


def test_an_error_would_be_seen(postgres_log: PostgresLog, database_url: str) -> None:
    with (
        psycopg.connect(database_url) as connection,
        pytest.raises(psycopg.errors.DivisionByZero),
    ):
        connection.execute("SELECT 1 / 0")
    error, statement = postgres_log.lines()
    assert b"ERROR:  division by zero" in error
    assert b"SELECT 1 / 0" in statement


@pytest.mark.usefixtures("silence")
async def test_an_unknown_currency_is_refused(client: Client, world: World) -> None:
    outcome = await client.send(CASES["open_account"], world, changes={"currency": "XTS"})
    assert outcome.refused is not None
    assert outcome.refused.wrong_fields == ("currency",)


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(
    ("name", "changes", "refusal"),
    [
        pytest.param("create_user", {"email": "{}@a.example"}, errors.UsernameTaken, id="username"),
        pytest.param("create_user", {"username": "name_{}"}, errors.EmailTaken, id="address"),
        pytest.param("open_account", {}, errors.AccountExists, id="account"),
    ],
)
async def test_of_many_at_once_one_is_served(
    client: Client, world: World, name: str, changes: dict[str, str], refusal: type[errors.Refusal]
) -> None:
    """Each of them waits until the one before it commits."""
    user = await client.log_in(Requester.OWNER, world)
    outcomes = await asyncio.gather(
        *(
            client.send(
                CASES[name],
                world,
                changes={field: value.format(n) for field, value in changes.items()},
                user=user,
            )
            for n in range(12)
        )
    )
    refusals = [outcome.refusal for outcome in outcomes]
    assert refusals.count(None) == 1
    assert refusals.count(refusal) == 11


@pytest.mark.usefixtures("silence")
async def test_an_own_address_can_be_spelled_otherwise(client: Client, world: World) -> None:
    change = {"email": f"{world.owner}@EXAMPLE.com", "current_password": PASSWORD}
    outcome = await client.send(
        CASES["change_user"], world, Requester.OWNER, {"username": world.owner, **change}
    )
    assert outcome.refused is None


async def test_of_two_changes_to_one_address_one_is_refused(
    client: Client, world: World, connection: Connection, pool: Pool
) -> None:
    """The constraint decides where neither has seen the other: PostgreSQL may log that."""
    client.require("change_user")
    connection.execute(
        "UPDATE users SET email = 'Both@example.com' WHERE username = %s", [world.partner]
    )
    change = {"email": "both@example.com", "current_password": PASSWORD}
    asking = asyncio.create_task(client.send(CASES["change_user"], world, changes=change))
    await until_waiting(pool, 1)
    connection.commit()
    assert (await asking).refusal is errors.EmailTaken
