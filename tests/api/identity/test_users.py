"""Signing up, and looking at users."""

from typing import Any

import pytest

from bankapp.domain.roles import Role
from tests.api.client import Answer, Api
from tests.api.conftest import DatabaseAccess
from tests.api.contract import JSON, PROBLEM, same_but_for_request_id

ALICE = {
    "username": "alice",
    "password": "correct horse battery",
    "full_name": "Alice Liddell",
    "email": "alice@example.com",
}


EMOJI = "💰🐎🦊🌵🎻🪐🧲🥝🦀💰🐎🦊🌵🎻🪐🧲🥝🦀"
LONGEST = "kV7!qZ2#wN4^tB8&" + "jR5*" * 14


async def sign_up(api: Api, **fields: object) -> Answer:
    return await api.request("POST", "/v1/users", json={**ALICE, **fields})


def mailbox(domain_length: int) -> str:
    """An address of 65 characters and a domain of that length."""
    rest = domain_length - 2 * 62 - len(".com")
    return f"{'a' * 64}@{'b' * 61}.{'c' * 61}.{'d' * rest}.com"


async def test_sign_up_makes_a_depositor(api: Api) -> None:
    answer = await sign_up(api, email="Alice@Example.COM")
    assert answer.status == 201
    assert answer.headers["Location"] == "/v1/users/alice"
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.body["username"] == "alice"
    assert answer.body["full_name"] == "Alice Liddell"
    assert answer.body["email"] == "alice@example.com"
    assert answer.body["role"] == "depositor"
    assert answer.body["is_email_verified"] is False
    person = await api.log_in("alice")
    assert (await person.get(answer.headers["Location"])).body == answer.body


@pytest.mark.parametrize(
    ("field", "accepted", "refused"),
    [
        pytest.param(
            "username",
            ["abc", "a" * 100, "a_1", "___", "123"],
            ["", "ab", "a" * 101, "Alice", "al ice", "al-ice", "àlice", "alice\n", "alice\0"],
            id="a username has 3 to 100 of a-z, 0-9 and _",
        ),
        pytest.param(
            "password",
            ["xK9#mQ2$v", LONGEST, EMOJI],
            ["", "xK9#mQ2", LONGEST + "1", EMOJI + "a", "é" * 3 + "a"],
            id="a password has at most 72 bytes, however few characters",
        ),
        pytest.param(
            "full_name",
            ["x", "x" * 100, "李" * 100, "Łukasz Žižek", "نور", "Dr. O'Neil-Smith 3rd"],
            ["", "x" * 101, "李" * 101, "a\0b", "a\nb", "a\x1bb", "a\x7fb", "a\u2028b"],
            id="a full name has 1 to 100 characters of any script",
        ),
        pytest.param(
            "email",
            ["a@b.co", "first.last+tag@example.com", mailbox(189)],
            [
                *("", "alice", "alice@", "@example.com", "a b@example.com", "a@b"),
                *("a@example.com\0", "a\n@example.com", mailbox(190)),
            ],
            id="an e-mail address has at most 254 characters",
        ),
    ],
)
async def test_limits(api: Api, field: str, accepted: list[str], refused: list[str]) -> None:
    for number, value in enumerate(accepted):
        unique = {"username": f"user_{number}", "email": f"user_{number}@example.com"}
        answer = await sign_up(api, **{**unique, field: value})
        assert answer.status == 201, value
        assert answer.body.get(field) == (None if field == "password" else value)
    for value in refused:
        assert (await sign_up(api, **{field: value})).wrong_fields == {field}, value


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("xK9#mQ2$", id="eight characters, as random as can be"),
        pytest.param("password", id="the first that everybody tries"),
        pytest.param("1" * 72, id="long but simple"),
        pytest.param("P@ssw0rd123", id="what rules on characters lead to"),
        pytest.param("liddellalice", id="the user's own name"),
        pytest.param("alice@example.com", id="the user's own address"),
    ],
)
async def test_a_password_that_is_easy_to_guess_is_refused(api: Api, password: str) -> None:
    answer = await sign_up(api, password=password)
    assert (answer.status, answer.code) == (422, "weak_password")


async def test_every_violation_is_told_at_once(api: Api) -> None:
    body = {"username": "A", "password": "short", "email": "nobody", "nickname": "Al"}
    answer = await api.request("POST", "/v1/users", json=body)
    assert answer.status == 422
    assert answer.wrong_fields == {"username", "password", "full_name", "email", "nickname"}
    assert set(answer.body) == PROBLEM | {"errors"}
    assert all(set(error) == {"field", "message"} for error in answer.body["errors"])
    assert all(error["message"] for error in answer.body["errors"])


async def test_a_text_is_nothing_but_a_string(api: Api) -> None:
    values: list[Any] = [None, 12345678, 1.5, True, ["12345678"], {"a": "b"}]
    for value in values:
        answer = await sign_up(api, **dict.fromkeys(ALICE, value))
        assert answer.wrong_fields == set(ALICE), value


@pytest.mark.parametrize("field", ALICE)
async def test_half_a_character_is_not_text(api: Api, field: str) -> None:
    for half in (rb"\ud83d", rb"\udcb0", b"\xed\xa0\xbd", b"\xff"):
        text = b'"' + field.encode() + b'":"12345678' + half + b'"'
        answer = await api.request("POST", "/v1/users", data=b"{" + text + b"}", headers=JSON)
        assert (answer.status, answer.code) == (400, "malformed_request"), half


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"email": "other@example.com"}, "username_taken", id="a username once"),
        pytest.param({"username": "other"}, "email_taken", id="an e-mail address once"),
        pytest.param(
            {"username": "other", "email": "ALICE@Example.com"},
            "email_taken",
            id="an e-mail address once, in whatever case",
        ),
    ],
)
async def test_taken(api: Api, database: DatabaseAccess, fields: dict[str, str], code: str) -> None:
    assert (await sign_up(api)).status == 201
    answer = await sign_up(api, **fields)
    assert (answer.status, answer.code) == (409, code)
    assert answer.body["retryable"] is False
    assert not [name for name in database.names() if name in str(answer.body)]


async def test_a_sign_up_cannot_choose_a_higher_role(api: Api) -> None:
    assert (await sign_up(api, role="admin")).wrong_fields == {"role"}
    assert (await sign_up(api, is_email_verified=True)).wrong_fields == {"is_email_verified"}


async def test_no_answer_holds_the_password(api: Api) -> None:
    secret = "a secret that is shown nowhere"
    for fields in ({}, {"username": "A"}, {"password": secret * 3}):
        answer = await sign_up(api, **{"password": secret, **fields})
        assert secret not in str(answer.body)
        assert "$2b$" not in str(answer.body)


async def test_a_user_is_shown_to_themselves_and_to_bankers(api: Api) -> None:
    alice, banker = await api.person("alice"), await api.person(role=Role.BANKER)
    own, seen = await alice.get("/v1/users/alice"), await banker.get("/v1/users/alice")
    assert own.status == seen.status == 200
    assert own.body == seen.body


async def test_another_user_looks_like_none(api: Api) -> None:
    alice, _ = await api.person("alice"), await api.person("bob")
    paths = ["bob", "nobody", "Bob", "b", "b" * 101, "b%20b", "%F0%9F%92%B0", "b%2Fb", "%07"]
    answers = [await alice.get(f"/v1/users/{path}") for path in paths]
    assert answers[0].code == "not_found"
    assert same_but_for_request_id(*answers)


async def test_a_role_is_given_by_an_admin(api: Api) -> None:
    admin = await api.person(role=Role.ADMIN)
    await api.make.user("alice")
    for role in ("banker", "admin", "depositor"):
        answer = await admin.put("/v1/users/alice/role", role=role)
        assert answer.status == 200
        assert answer.body["role"] == role


async def test_a_role_is_one_of_three(api: Api) -> None:
    admin = await api.person(role=Role.ADMIN)
    await api.make.user("alice")
    for role in ("king", "Banker", "", " banker", "banker\0", None, 1, ["banker"]):
        assert (await admin.put("/v1/users/alice/role", role=role)).wrong_fields == {"role"}
    assert (await admin.put("/v1/users/alice/role")).wrong_fields == {"role"}
    assert (await admin.put("/v1/users/nobody/role", role="banker")).code == "not_found"


@pytest.mark.parametrize("name", [" ", "\u3000", "\u00a0 ", "\u200b", "\u2800", "\u3164\u00ad"])
async def test_a_blank_name_is_no_name(api: Api, name: str) -> None:
    assert (await sign_up(api, full_name=name)).wrong_fields == {"full_name"}
