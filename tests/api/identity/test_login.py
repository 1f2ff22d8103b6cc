"""Signing in."""

import uuid
from typing import Any

import pytest

from tests.api.client import Answer, Api, Person
from tests.api.contract import same_but_for_request_id
from tests.factories import PASSWORD

LONGEST = "kV7!qZ2#wN4^tB8&" + "jR5*" * 14


async def log_in(api: Api, username: object, password: object) -> Answer:
    body = {"username": username, "password": password}
    return await api.request("POST", "/v1/users/login", json=body)


async def sign_up(api: Api, password: str) -> None:
    body = {"username": "alice", "full_name": "Alice", "email": "alice@example.com"}
    answer = await api.request("POST", "/v1/users", json={**body, "password": password})
    assert answer.status == 201


async def test_a_login_opens_a_session(api: Api) -> None:
    await api.make.user("alice")
    answer = await log_in(api, "alice", PASSWORD)
    assert answer.status == 200
    assert "Location" not in answer.headers
    session_id = uuid.UUID(answer.body["session_id"])
    token = answer.body["access_token"]
    assert api.bank.tokens.verify(token).session_id == session_id
    me = await Person(api, "alice", token).get("/v1/users/alice")
    assert me.body == answer.body["user"]


async def test_each_login_is_a_session_of_its_own(api: Api) -> None:
    await api.make.user("alice")
    first, second = await log_in(api, "alice", PASSWORD), await log_in(api, "alice", PASSWORD)
    assert first.body["session_id"] != second.body["session_id"]
    assert first.body["access_token"] != second.body["access_token"]


async def test_an_unknown_user_and_a_wrong_password_get_one_answer(api: Api) -> None:
    await api.make.user("alice")
    attempts = [
        ("nobody", PASSWORD),
        ("nobody", "nobody"),
        ("alice", PASSWORD + "!"),
        ("alice", PASSWORD[:-1]),
        ("alice", ""),
        ("alice", "\0"),
        ("alice", PASSWORD + "\0"),
        ("alice", "x" * 73),
        ("alice", "x" * 10_000),
        ("nobody", "x" * 73),
        ("Alice", PASSWORD),
        (" alice", PASSWORD),
        ("", PASSWORD),
        ("💰" * 200, PASSWORD),
        ("' OR true --", PASSWORD),
    ]
    answers = [await log_in(api, username, password) for username, password in attempts]
    assert (answers[0].status, answers[0].code) == (401, "invalid_credentials")
    assert same_but_for_request_id(*answers)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param(LONGEST, id="72 characters"),
        pytest.param("💰🐎🦊🌵🎻🪐🧲🥝🦀💰🐎🦊🌵🎻🪐🧲🥝🦀", id="18 characters of 4 bytes"),
    ],
)
async def test_all_72_bytes_count_and_no_more(api: Api, password: str) -> None:
    await sign_up(api, password)
    assert (await log_in(api, "alice", password)).status == 200
    for wrong in (password + "1", password[:-1], password[:-1] + "x", password + password):
        assert (await log_in(api, "alice", wrong)).code == "invalid_credentials"


async def test_both_fields_are_needed_and_no_other(api: Api) -> None:
    answer = await api.request("POST", "/v1/users/login", json={"remember": True})
    assert answer.wrong_fields == {"username", "password", "remember"}
    values: list[Any] = [None, 1, True, ["alice"], {}]
    for value in values:
        assert (await log_in(api, value, value)).wrong_fields == {"username", "password"}
