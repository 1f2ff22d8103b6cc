"""Signing up under an idempotency key: its scope is the user who will be."""

from typing import Any

from tests.api.client import Answer, Api
from tests.api.conftest import Connection

SIGN_UP: dict[str, Any] = {
    "username": "dora",
    "password": "tr0mbone-Fjord",
    "full_name": "Dora",
    "email": "dora@example.com",
}


async def sign_up(api: Api, key: str | None = "k1", **changes: str) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await api.request("POST", "/v1/users", headers=headers, json={**SIGN_UP, **changes})


def is_replay(answer: Answer) -> bool:
    return answer.headers.get("Idempotent-Replayed") == "true"


async def test_one_user_gets_one_mail(api: Api, connection: Connection) -> None:
    for _ in range(2):
        assert (await sign_up(api)).status == 201
    assert connection.execute("SELECT count(*) FROM email_verifications").fetchone() == (1,)
    connection.rollback()
    assert (await sign_up(api, username="doris", email="doris@example.com")).status == 201
    assert (await sign_up(api, key=None)).code == "username_taken"


async def test_a_key_does_not_tell_the_password(api: Api, connection: Connection) -> None:
    """It is in no hash that is quick to make, and in no answer that is kept."""
    await sign_up(api)
    other = await sign_up(api, password="another-tr0mbone")
    assert is_replay(other)
    [(kept,)] = connection.execute("SELECT response FROM idempotency_keys").fetchall()
    assert "password_changed_at" in str(kept)
    assert "hashed" not in str(kept)


async def test_a_stranger_does_not_touch_the_keys_of_a_user(api: Api) -> None:
    """Signing up with somebody's name and key neither takes the key nor tells of it."""
    alice = await api.person("alice")
    source, target = await api.make.account(owner="alice", balance=9), await api.make.account()
    stolen = {"username": "alice", "email": "other@example.com"}
    assert (await sign_up(api, **stolen)).code == "username_taken"
    first = await alice.transfer(source, target, 1, key="k1")
    assert first.status == 201
    assert not is_replay(first)
    assert is_replay(await sign_up(api, **stolen))
    assert is_replay(await alice.transfer(source, target, 1, key="k1"))
