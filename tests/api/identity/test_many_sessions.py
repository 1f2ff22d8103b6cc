"""Sessions are bounded per user, open ones and new ones."""

import asyncio
import uuid

import pytest

from bankapp.domain import errors, limits
from bankapp.operations.bank import Bank, Rules
from bankapp.store.store import Store
from tests.api.client import Api
from tests.api.conftest import Connection
from tests.conftest import make_bank
from tests.factories import HASHED_PASSWORD, PASSWORD, Make, new_session

OPEN = "SELECT id FROM sessions WHERE username = %s AND ended_at IS NULL ORDER BY number"
LIMITED = Rules(limits_rates=True)


@pytest.fixture
def bank(store: Store) -> Bank:
    """A bank that limits rates."""
    return make_bank(store, LIMITED)


def open_sessions(connection: Connection, username: str = "alice") -> list[object]:
    rows = connection.execute(OPEN, [username]).fetchall()
    connection.commit()
    return [row[0] for row in rows]


async def test_a_new_session_ends_the_oldest_of_too_many(
    api: Api, make: Make, connection: Connection
) -> None:
    await make.user("alice")
    bob = await api.person("bob")
    kept = [await make.session("alice") for _ in range(limits.OPEN_SESSION_COUNT_MAX)]
    assert open_sessions(connection) == kept
    body = {"username": "alice", "password": PASSWORD}
    newest = await api.request("POST", "/v1/users/login", json=body)
    assert open_sessions(connection) == [*kept[1:], uuid.UUID(newest.body["session_id"])]
    assert (await bob.get("/v1/users/bob")).status == 200
    ended = connection.execute(
        "SELECT subject, actor FROM audit_events WHERE action = 'session.ended'"
    ).fetchall()
    assert ended == [(f"session:{kept[0]}", "alice")]


async def test_sessions_that_have_ended_do_not_count(
    make: Make, store: Store, connection: Connection
) -> None:
    await make.user("alice")
    first = await make.session("alice")
    for _ in range(3):
        await make.session("alice")
    connection.execute(
        "INSERT INTO sessions (username, user_agent, created_at, expires_at, ended_at)"
        " SELECT 'alice', '', now() - interval '2 hours',"
        " now() + interval '1 hour' * (n % 2 - 0.5), CASE WHEN n % 2 = 1 THEN now() END"
        " FROM generate_series(1, 200) AS n"
    )
    connection.commit()
    await store.sessions.open(new_session("alice", HASHED_PASSWORD))
    assert first in open_sessions(connection)


async def test_concurrent_sign_ins_leave_no_more_open(
    make: Make, store: Store, connection: Connection
) -> None:
    """They wait for each other, because each locks the user."""
    await make.user("alice")
    for _ in range(limits.OPEN_SESSION_COUNT_MAX - 1):
        await make.session("alice")
    await asyncio.gather(
        *(store.sessions.open(new_session("alice", HASHED_PASSWORD)) for _ in range(12))
    )
    assert len(open_sessions(connection)) == limits.OPEN_SESSION_COUNT_MAX


async def test_successful_sign_ins_are_limited(api: Api, connection: Connection) -> None:
    """Wrong passwords use up nothing of it, so nobody can lock a user out so."""
    await api.make.user("alice")
    body = {"username": "alice", "password": PASSWORD}

    async def log_in(**changes: str) -> int:
        connection.execute("DELETE FROM rate_limits WHERE key NOT LIKE 'sign_in|%'")
        connection.commit()
        return (await api.request("POST", "/v1/users/login", json=body | changes)).status

    for _ in range(limits.SIGN_INS.count // 2):
        assert await log_in(password="wrong") == 401
    for _ in range(limits.SIGN_INS.count):
        assert await log_in() == 200
    opened = len(open_sessions(connection))
    refused = await api.request("POST", "/v1/users/login", json=body)
    assert (refused.status, refused.code) == (429, errors.RateLimited.code)
    assert 30 <= int(refused.headers["Retry-After"]) <= 36
    assert len(open_sessions(connection)) == opened
    await api.make.user("bob")
    assert await log_in(username="bob") == 200


async def test_renewals_of_a_session_are_limited(api: Api) -> None:
    """A refused renewal leaves the refresh token valid."""
    await api.make.user("alice")
    body = {"username": "alice", "password": PASSWORD}
    session, other = [
        (await api.request("POST", "/v1/users/login", json=body)).body for _ in range(2)
    ]

    async def renew(token: str) -> tuple[int, str]:
        answer = await api.request("POST", "/v1/tokens/renew_access", json={"refresh_token": token})
        return answer.status, answer.body.get("refresh_token", token)

    token = session["refresh_token"]
    for _ in range(limits.RENEWALS.count):
        status, token = await renew(token)
        assert status == 200
    for _ in range(2):
        assert await renew(token) == (429, token)
    assert (await renew(other["refresh_token"]))[0] == 200
