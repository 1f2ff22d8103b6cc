"""Requests made to be answered wrongly."""

import base64
from typing import Any

import pytest

from bankapp.api.problems import RouteNotFound
from bankapp.domain import errors
from bankapp.domain.roles import Role
from tests.api.client import Api
from tests.api.contract import JSON, same_but_for_request_id
from tests.factories import PASSWORD


def test_no_route_is_not_found() -> None:
    assert RouteNotFound.code == errors.NotFound.code


async def test_a_path_that_leads_nowhere_is_not_found(api: Api) -> None:
    assert (await api.request("GET", "/nothing")).code == "not_found"


async def test_a_name_with_a_nul_is_not_found(api: Api) -> None:
    alice, banker = await api.person("alice"), await api.person(role=Role.BANKER)
    admin = await api.person(role=Role.ADMIN)
    for name in ("%00", "alice%00", "ali%00ce"):
        for person in (alice, banker):
            missing = await person.get("/v1/users/nobody")
            assert same_but_for_request_id(missing, await person.get(f"/v1/users/{name}"))
            listed = await person.get(f"/v1/accounts?owner={name}")
            unknown = await person.get("/v1/accounts?owner=nobody")
            assert listed.status == unknown.status
        assert (await admin.put(f"/v1/users/{name}/role", role="banker")).code == "not_found"
    for name in ("\0", "alice\0", "ali\0ce"):
        body = {"username": name, "password": PASSWORD}
        assert (await api.request("POST", "/v1/users/login", json=body)).code == (
            "invalid_credentials"
        )


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_cannot_be_unpacked_is_malformed(api: Api, encoding: str) -> None:
    headers = {**JSON, "Content-Encoding": encoding, "Connection": "close"}
    answer = await api.request("POST", "/v1/users/login", data=b"garbage", headers=headers)
    assert (answer.status, answer.code) == (400, "malformed_request")


async def test_a_footer_nested_too_deep_is_no_footer(api: Api) -> None:
    footer = base64.urlsafe_b64encode(b"[" * 3000).decode().rstrip("=")
    answer = await api.request("GET", "/v1/accounts", token=f"v4.local.AAAA.{footer}")
    assert (answer.status, answer.code) == (401, "unauthenticated")


async def test_an_id_has_one_spelling(api: Api) -> None:
    banker, account = await api.person(role=Role.BANKER), await api.make.account()
    digits = str(account.id)
    spellings = [f"0{account.id}", f"%20{account.id}", f"{account.id}%20", f"{account.id}.0"]
    spellings += [f"%2B{account.id}", f"{digits[0]}_{digits[1:]}", f"{account.id}%0A"]
    for spelling in spellings:
        for path in ("/v1/accounts/{}", "/v1/accounts/{}/entries", "/v1/transfers?account_id={}"):
            assert (await banker.get(path.format(spelling))).status == 422, spelling
    for limit in ("01", "+1", " 1", "1 ", "1.0", "1_0"):
        assert (await banker.get("/v1/accounts", limit=limit)).wrong_fields == {"limit"}, limit


async def test_an_unknown_expectation_is_a_problem_or_none(api: Api) -> None:
    answer = await api.request("GET", "/healthz", headers={"Expect": "miracles"})
    assert "X-Request-Id" in answer.headers


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("山田\u3000太郎", id="a Japanese space"),
        pytest.param("می\u200cنو", id="a Persian name with its joiner"),
        pytest.param("क्\u200dष", id="a Devanagari joiner"),
        pytest.param("Anna\u00a0Maria", id="a space that does not break"),
        pytest.param("👩\u200d🚀", id="an emoji of several"),
    ],
)
async def test_any_script(api: Api, name: str) -> None:
    body: dict[str, Any] = {"username": "alice", "password": "correct horse battery"}
    body |= {"full_name": name, "email": "alice@example.com"}
    answer = await api.request("POST", "/v1/users", json=body)
    assert answer.status == 201
    assert answer.body["full_name"] == name


async def test_an_address_is_taken_as_it_is(api: Api) -> None:
    body = {"username": "alice", "password": "correct horse battery", "full_name": "Alice"}
    for email in ("Foo <a@example.com>", " a@example.com", "a@example.com ", "\ta@example.com"):
        answer = await api.request("POST", "/v1/users", json={**body, "email": email})
        assert answer.status == 422, email


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"username":"a","username":"b","password":"x"}', id="a field"),
        pytest.param(b'{"username":"a","user\\u006eame":"b","password":"x"}', id="spelled apart"),
        pytest.param(b'{"username":"a","password":"x","x":{"y":1,"y":1}}', id="deep inside"),
    ],
)
async def test_a_name_given_twice_is_malformed(api: Api, body: bytes) -> None:
    answer = await api.request("POST", "/v1/users/login", data=body, headers=JSON)
    assert (answer.status, answer.code) == (400, "malformed_request")
