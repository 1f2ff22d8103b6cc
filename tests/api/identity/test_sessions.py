"""Staying in and getting out."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest

from bankapp.auth.paseto import PasetoCodec
from bankapp.auth.tokens import Purpose, TokenMaker
from bankapp.domain import limits
from bankapp.domain.roles import Role
from tests.api.client import Answer, Api, Person
from tests.api.conftest import Connection, DatabaseAccess
from tests.factories import PASSWORD


async def log_in(api: Api, username: str = "alice", **headers: str) -> Any:
    """The body of a login with the password."""
    body = {"username": username, "password": PASSWORD}
    answer = await api.request("POST", "/v1/users/login", json=body, headers=headers)
    assert answer.status == 200
    return answer.body


async def renew(api: Api, refresh_token: str, agent: str = "test") -> Answer:
    body, headers = {"refresh_token": refresh_token}, {"User-Agent": agent}
    return await api.request("POST", "/v1/tokens/renew_access", json=body, headers=headers)


async def whoami(api: Api, access_token: str) -> int:
    return (await api.request("GET", "/v1/users/alice", token=access_token)).status


async def test_a_session_is_renewed(api: Api) -> None:
    await api.make.user("alice")
    first = await log_in(api)
    second = await renew(api, first["refresh_token"])
    assert second.status == 200
    third = await renew(api, second.body["refresh_token"])
    tokens = [first, second.body, third.body]
    assert len({token["refresh_token"] for token in tokens}) == 3
    for token in tokens:
        assert api.bank.tokens.verify(token["access_token"]).session_id == uuid.UUID(
            first["session_id"]
        )
        assert await whoami(api, token["access_token"]) == 200


@pytest.mark.parametrize("way", ["later", "by another client", "after the next one"])
async def test_a_refresh_token_used_twice_ends_its_session(
    api: Api, connection: Connection, way: str
) -> None:
    """Whoever comes second, the thief or the owner, ends it for both; others stay."""
    await api.make.user("alice")
    other = await log_in(api)
    stolen = await log_in(api)
    renewed = (await renew(api, stolen["refresh_token"])).body
    agent = "test"
    if way == "later":
        let_renewals_be_older(connection, limits.RENEWAL_GRACE)
    elif way == "by another client":
        agent = "thief"
    else:
        renewed = (await renew(api, renewed["refresh_token"])).body
    again = await renew(api, stolen["refresh_token"], agent)
    assert (again.status, again.code) == (401, "unauthenticated")
    for token in (stolen, renewed):
        assert await whoami(api, token["access_token"]) == 401
        assert (await renew(api, token["refresh_token"])).code == "unauthenticated"
    assert await whoami(api, other["access_token"]) == 200
    assert (await renew(api, other["refresh_token"])).status == 200


def let_renewals_be_older(connection: Connection, age: timedelta) -> None:
    connection.execute("UPDATE sessions SET renewed_at = renewed_at - %s", [age])
    connection.commit()


async def test_a_renewal_whose_answer_was_lost_is_repeated(
    api: Api, connection: Connection
) -> None:
    """The same refresh token again, which is renewed once more; until shortly before the limit."""
    await api.make.user("alice")
    session = await log_in(api)
    lost = (await renew(api, session["refresh_token"])).body
    let_renewals_be_older(connection, limits.RENEWAL_GRACE - timedelta(seconds=5))
    again = (await renew(api, session["refresh_token"])).body
    verify = api.bank.refresh_tokens.verify
    assert verify(lost["refresh_token"]) == verify(again["refresh_token"])
    assert lost["refresh_token_expires_at"] == again["refresh_token_expires_at"]
    assert await whoami(api, again["access_token"]) == 200
    assert (await renew(api, again["refresh_token"])).status == 200


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sessions SET ended_at = now()",
        "UPDATE sessions SET created_at = '2020-01-01', expires_at = '2020-01-02'",
        "UPDATE users SET blocked_at = now()",
        "UPDATE sessions SET renewed_at = now() + interval '1 minute'",
    ],
)
async def test_a_renewal_is_repeated_only_while_it_would_be_made(
    api: Api, connection: Connection, statement: str
) -> None:
    """Also while the clock of the database is behind the renewal."""
    await api.make.user("alice")
    session = await log_in(api)
    await renew(api, session["refresh_token"])
    connection.execute(statement.encode())
    connection.commit()
    assert (await renew(api, session["refresh_token"])).code == "unauthenticated"


async def test_tabs_that_renew_at_once_all_go_on(api: Api) -> None:
    await api.make.user("alice")
    session = await log_in(api)
    answers = await asyncio.gather(*(renew(api, session["refresh_token"]) for _ in range(10)))
    assert [answer.status for answer in answers] == [200] * 10
    ids = {api.bank.refresh_tokens.verify(one.body["refresh_token"]).token_id for one in answers}
    assert len(ids) == 1
    assert await whoami(api, answers[3].body["access_token"]) == 200


async def test_one_kind_of_token_serves_no_other(api: Api) -> None:
    await api.make.user("alice")
    session = await log_in(api)
    assert await whoami(api, session["refresh_token"]) == 401
    assert (await renew(api, session["access_token"])).code == "unauthenticated"
    assert (await renew(api, session["refresh_token"])).status == 200


async def test_invalid_refresh_tokens(api: Api) -> None:
    await api.make.user("alice")
    session = await log_in(api)
    text = session["refresh_token"]
    for wrong in ("", "x", text[:-1], text + "=", text + "\n", f" {text}", text.upper()):
        assert (await renew(api, wrong)).code == "unauthenticated", wrong
    stranger = api.bank.refresh_tokens.create(uuid.uuid4()).text
    assert (await renew(api, stranger)).code == "unauthenticated"
    late = TokenMaker(PasetoCodec([bytes(32)]), Purpose.REFRESH, timedelta(seconds=-1))
    expired = late.create(uuid.UUID(session["session_id"])).text
    assert (await renew(api, expired)).code == "token_expired"
    assert (await renew(api, text)).status == 200  # nothing of that was a use of it


@pytest.mark.exact_time
async def test_an_expired_session_cannot_be_renewed(
    api: Api, database: DatabaseAccess, connection: Connection
) -> None:
    await api.make.user("alice")
    session = await log_in(api)
    connection.execute("UPDATE sessions SET created_at = now() - interval '2 days'")
    connection.execute("UPDATE sessions SET expires_at = now() - interval '1 second'")
    connection.commit()
    assert (await renew(api, session["refresh_token"])).code == "unauthenticated"
    assert await whoami(api, session["access_token"]) == 401


async def test_a_session_lasts_30_days_however_often_it_is_renewed(
    api: Api, connection: Connection
) -> None:
    await api.make.user("alice")
    session = await log_in(api)
    connection.execute(
        "UPDATE sessions SET created_at = now() - interval '29 days 23 hours',"
        " expires_at = now() + interval '1 minute'"
    )
    connection.commit()
    renewed = await renew(api, session["refresh_token"])
    row = connection.execute(
        "SELECT expires_at - created_at, expires_at < now() + interval '2 hours' FROM sessions"
    ).fetchone()
    assert row == (timedelta(days=30), True)
    connection.commit()
    assert renewed.body["refresh_token_expires_at"] < session["refresh_token_expires_at"]


async def test_only_hashes_of_tokens_are_stored(api: Api, connection: Connection) -> None:
    await api.make.user("alice")
    session = await log_in(api)
    renewed = (await renew(api, session["refresh_token"])).body
    refresh = api.bank.refresh_tokens.verify(renewed["refresh_token"])
    [(dump,)] = connection.execute("SELECT array_agg(s::text)::text FROM sessions AS s").fetchall()
    assert isinstance(dump, str)
    for secret in (renewed["refresh_token"], renewed["access_token"], str(refresh.token_id)):
        assert secret not in dump
        assert secret.replace("-", "") not in dump


async def test_open_sessions_are_listed(api: Api, database: DatabaseAccess) -> None:
    await api.person("bob")
    await api.make.user("alice")
    database.expired_session("alice")
    phone = await log_in(api, **{"User-Agent": "phone"})
    laptop = await log_in(api, **{"User-Agent": "laptop"})
    alice = Person(api, "alice", laptop["access_token"])
    listed = (await alice.get("/v1/sessions")).body["items"]
    assert [(item["user_agent"], item["is_current"]) for item in listed] == [
        ("laptop", True),
        ("phone", False),
    ]
    for item in listed:
        assert item["client_address"] == "127.0.0.1"
    assert [item["id"] for item in listed] == [laptop["session_id"], phone["session_id"]]


async def test_sessions_come_in_pages(api: Api) -> None:
    await api.make.user("alice")
    people = [await api.log_in("alice") for _ in range(5)]
    found: list[str] = []
    page: dict[str, object] = {"limit": 2}
    while True:
        answer = await people[0].get("/v1/sessions", **page)
        found += [item["id"] for item in answer.body["items"]]
        if answer.body["next_cursor"] is None:
            break
        page["cursor"] = answer.body["next_cursor"]
    own = [str(api.bank.tokens.verify(person.token).session_id) for person in people]
    assert found == own[::-1]


async def test_the_last_use_is_noted_once_a_minute(api: Api, connection: Connection) -> None:
    """The answer does not wait for the note; Bob's later use, once noted, shows that it is made."""
    alice, bob = await api.person("alice"), await api.person("bob")
    for username, age_s in (("alice", 50), ("bob", 61)):
        connection.execute(
            "UPDATE sessions SET last_used_at = now() - make_interval(secs => %s) "
            "WHERE username = %s",
            [age_s, username],
        )
    connection.commit()
    await alice.get("/v1/sessions")
    async with asyncio.timeout(15):
        while (recent := used_recently(connection)) == []:
            await bob.get("/v1/sessions")
    assert recent == ["bob"]


def used_recently(connection: Connection) -> list[str]:
    rows = connection.execute(
        "SELECT username FROM sessions WHERE last_used_at > now() - interval '30 s'"
    ).fetchall()
    connection.commit()
    return [str(row[0]) for row in rows]


async def test_a_session_that_is_being_changed_is_used_without_waiting(
    api: Api, connection: Connection
) -> None:
    alice = await api.person("alice")
    connection.execute("UPDATE sessions SET last_used_at = now() - interval '2 minutes'")
    for _ in range(3):  # its row is locked all the while
        assert (await alice.get("/v1/sessions")).status == 200
    connection.rollback()


async def test_sessions_of_requests_at_once_are_told_apart(api: Api) -> None:
    """Goal: concurrent requests share a query, and each gets its own user."""
    people = [await api.person(f"user_{n}") for n in range(12)]
    await people[3].post("/v1/users/logout")
    answers = await asyncio.gather(
        *(person.get(f"/v1/users/user_{n}") for n, person in [*enumerate(people)] * 5)
    )
    statuses = [answer.status for answer in answers]
    assert statuses == [401 if n == 3 else 200 for n in range(12)] * 5
    assert {answer.body.get("username") for answer in answers if answer.status == 200} == {
        f"user_{n}" for n in range(12) if n != 3
    }


async def test_logging_out_ends_this_session(api: Api) -> None:
    alice, elsewhere = await api.person("alice"), await api.log_in("alice")
    answer = await alice.post("/v1/users/logout")
    assert (answer.status, answer.body) == (204, "")
    assert await whoami(api, alice.token) == 401
    assert await whoami(api, elsewhere.token) == 200
    bare = await api.request("POST", "/v1/users/logout", token=elsewhere.token)
    assert bare.status == 204
    assert await whoami(api, elsewhere.token) == 401


async def test_one_session_is_ended(api: Api) -> None:
    alice, elsewhere = await api.person("alice"), await api.log_in("alice")
    session_id = api.bank.tokens.verify(elsewhere.token).session_id
    assert (await alice.delete(f"/v1/sessions/{session_id}")).status == 204
    assert await whoami(api, elsewhere.token) == 401
    assert await whoami(api, alice.token) == 200
    assert (await alice.delete(f"/v1/sessions/{session_id}")).code == "not_found"


async def test_another_users_session_looks_like_none(api: Api) -> None:
    alice, banker = await api.person("alice"), await api.person(role=Role.BANKER)
    session_id = api.bank.tokens.verify(alice.token).session_id
    refused = await banker.delete(f"/v1/sessions/{session_id}")
    missing = await banker.delete(f"/v1/sessions/{uuid.uuid4()}")
    assert refused.code == missing.code == "not_found"
    assert await whoami(api, alice.token) == 200


@pytest.mark.parametrize("spelling", ["{}".format, "urn:uuid:{}".format])
async def test_a_session_id_has_one_spelling(api: Api, spelling: Any) -> None:
    alice = await api.person("alice")
    session_id = str(api.bank.tokens.verify(alice.token).session_id)
    for text in (session_id.upper(), session_id.replace("-", ""), "x", "1"):
        answer = await alice.delete(f"/v1/sessions/{spelling(text)}")
        assert answer.wrong_fields == {"session_id"}, text


async def test_all_sessions_are_ended(api: Api) -> None:
    alice, elsewhere, bob = (
        await api.person("alice"),
        await api.log_in("alice"),
        await api.person("bob"),
    )
    assert (await alice.delete("/v1/sessions")).status == 204
    assert await whoami(api, alice.token) == await whoami(api, elsewhere.token) == 401
    assert (await bob.get("/v1/users/bob")).status == 200


async def test_a_blocked_user_is_out_at_once_and_back_when_let_in(api: Api) -> None:
    admin = await api.person(role=Role.ADMIN)
    await api.make.user("alice")
    session = await log_in(api)
    blocked = await admin.post("/v1/users/alice/block")
    assert blocked.status == 200
    assert await whoami(api, session["access_token"]) == 401
    assert (await renew(api, session["refresh_token"])).code == "unauthenticated"
    refused = await api.request(
        "POST", "/v1/users/login", json={"username": "alice", "password": PASSWORD}
    )
    assert refused.code == "invalid_credentials"
    assert (await admin.post("/v1/users/alice/unblock")).status == 200
    assert await whoami(api, session["access_token"]) == 401
    assert await whoami(api, (await log_in(api))["access_token"]) == 200
    assert (await admin.post("/v1/users/nobody/block")).code == "not_found"
