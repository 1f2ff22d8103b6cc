"""Changing a user: by themselves and by those above them."""

from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bankapp.api.http.server import create_app
from bankapp.auth.passwords import PasswordHasher
from bankapp.domain.roles import Role
from tests.api.client import Answer, Api, Person
from tests.api.conftest import Connection
from tests.factories import HASHED_PASSWORD, PASSWORD

NEW_PASSWORD = "tr0mbone-Fjord-lamp"
PATH = "/v1/users/alice"


async def log_in(api: Api, password: str) -> Answer:
    body = {"username": "alice", "password": password}
    return await api.request("POST", "/v1/users/login", json=body)


async def is_in(person: Person) -> bool:
    return (await person.get(PATH)).status == 200


async def test_a_name_is_changed(api: Api) -> None:
    alice = await api.person("alice")
    answer = await alice.patch(PATH, full_name="Alice Liddell")
    assert answer.status == 200
    assert answer.body["full_name"] == "Alice Liddell"
    assert (await alice.get(PATH)).body == answer.body


async def test_something_must_change(api: Api) -> None:
    alice = await api.person("alice")
    empty = await alice.patch(PATH)
    assert empty.wrong_fields == {"full_name", "email", "password"}
    wrong: list[dict[str, Any]] = [
        {"full_name": ""},
        {"email": "x"},
        {"password": "short"},
        {"role": "admin"},
        {"is_email_verified": True},
    ]
    for fields in wrong:
        assert (await alice.patch(PATH, **fields)).wrong_fields == set(fields), fields


@pytest.mark.parametrize("change", [{"password": NEW_PASSWORD}, {"email": "new@example.com"}])
async def test_the_current_password_is_needed(api: Api, change: dict[str, str]) -> None:
    alice = await api.person("alice")
    assert (await alice.patch(PATH, **change)).wrong_fields == {"current_password"}
    wrong = await alice.patch(PATH, **change, current_password=PASSWORD + "!")
    assert (wrong.status, wrong.code) == (401, "invalid_credentials")
    assert (await alice.patch(PATH, **change, current_password=PASSWORD)).status == 200


async def test_a_new_password_ends_the_other_sessions(api: Api) -> None:
    alice, thief = await api.person("alice"), await api.log_in("alice")
    before = (await alice.get(PATH)).body["password_changed_at"]
    answer = await alice.patch(PATH, password=NEW_PASSWORD, current_password=PASSWORD)
    assert answer.body["password_changed_at"] > before
    assert await is_in(alice)
    assert not await is_in(thief)
    assert (await log_in(api, PASSWORD)).code == "invalid_credentials"
    assert (await log_in(api, NEW_PASSWORD)).status == 200


async def test_a_weak_password_is_refused(api: Api) -> None:
    alice = await api.person("alice")
    answer = await alice.patch(PATH, password="alicealice", current_password=PASSWORD)
    assert (answer.status, answer.code) == (422, "weak_password")
    assert (await log_in(api, PASSWORD)).status == 200


async def test_a_changed_address_is_unproved(api: Api, connection: Connection) -> None:
    alice = await api.person("alice")
    connection.execute("UPDATE users SET is_email_verified = true")
    connection.commit()
    same = await alice.patch(PATH, email="ALICE@example.com", current_password=PASSWORD)
    assert same.body["is_email_verified"] is True
    new = await alice.patch(PATH, email="new@example.com", current_password=PASSWORD)
    assert (new.body["email"], new.body["is_email_verified"]) == ("new@example.com", False)


async def test_an_address_is_one_persons(api: Api) -> None:
    alice, _ = await api.person("alice"), await api.make.user("bob")
    answer = await alice.patch(PATH, email="Bob@Example.com", current_password=PASSWORD)
    assert (answer.status, answer.code) == (409, "email_taken")


@pytest.mark.parametrize(
    ("asker", "target", "status"),
    [
        pytest.param(Role.DEPOSITOR, Role.DEPOSITOR, 404, id="a depositor nobody's"),
        pytest.param(Role.BANKER, Role.DEPOSITOR, 200, id="a banker a depositor's"),
        pytest.param(Role.BANKER, Role.BANKER, 403, id="a banker no banker's"),
        pytest.param(Role.BANKER, Role.ADMIN, 403, id="a banker no admin's"),
        pytest.param(Role.ADMIN, Role.BANKER, 200, id="an admin a banker's"),
        pytest.param(Role.ADMIN, Role.ADMIN, 403, id="an admin no other admin's"),
    ],
)
async def test_roles_that_change_another_users_password(
    api: Api, asker: Role, target: Role, status: int
) -> None:
    alice, other = await api.person("alice", target), await api.person("other", asker)
    assert (await other.patch(PATH, password=NEW_PASSWORD)).status == status
    assert await is_in(alice) == (status != 200)
    assert (await log_in(api, NEW_PASSWORD)).status == (200 if status == 200 else 401)


async def test_a_password_is_hashed_again_when_the_cost_rose(
    api: Api, connection: Connection
) -> None:
    """Once, at the first login after the change; a wrong password changes nothing."""

    def stored() -> str:
        [(hashed,)] = connection.execute("SELECT hashed_password FROM users").fetchall()
        connection.commit()
        return str(hashed)

    await api.make.user("alice")
    assert (await log_in(api, PASSWORD)).status == 200
    assert stored() == HASHED_PASSWORD
    dearer = replace(api.bank, passwords=PasswordHasher(5))
    async with TestClient(TestServer(create_app(dearer))) as client:
        changed = Api(client, dearer, api.make)
        assert (await log_in(changed, PASSWORD + "!")).status == 401
        assert stored() == HASHED_PASSWORD
        assert (await log_in(changed, PASSWORD)).status == 200
        hashed = stored()
        assert hashed.startswith("$2b$05$")
        assert (await log_in(changed, PASSWORD)).status == 200
        assert stored() == hashed
