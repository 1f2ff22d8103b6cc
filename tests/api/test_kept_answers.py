"""An answer that is kept under a key is given again as it was, whatever the release of the bank."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bankapp.api.http.server import create_app
from bankapp.operations.bank import Bank
from tests.api.identity.test_users import ALICE
from tests.factories import Make

Connection = psycopg.Connection[tuple[object, ...]]
HttpClient = TestClient[Any, Any]

# The text in `idempotency_keys.response` as bankapp 0.2.0 wrote it.
ANSWERS: Final[dict[str, dict[str, Any]]] = json.loads(
    Path(__file__).with_name("kept").joinpath("answers_0_2_0.json").read_text()
)
EVERY_ANSWER = pytest.mark.parametrize("operation", ANSWERS)


@pytest.fixture
async def http(bank: Bank) -> AsyncGenerator[HttpClient]:
    """Without the comparison with the document, which says what this release answers."""
    async with TestClient(TestServer(create_app(bank))) as client:
        yield client


async def ask(http: HttpClient, bank: Bank, make: Make, operation: str) -> Any:
    """A good request under a key; the second time the user and the accounts are there already."""
    path, headers = ANSWERS[operation]["path"], {"Idempotency-Key": "k1"}
    if operation == "create_user":
        return await http.post(path, headers=headers, json=ALICE)
    if await bank.store.read.users.get_user(username="alice") is None:
        await make.account(owner=(await make.user("alice")).username, balance=100)
        await make.account()
    token = bank.tokens.create(await make.session("alice")).text
    accounts = {"from_account_id": 12, "to_account_id": 13}
    transfer = {**accounts, "amount": 60, "currency": "USD"}
    body = {
        "open_account": {"currency": "EUR"},
        "create_batch": {"mode": "independent", "transfers": [transfer, transfer]},
    }[operation]
    headers["Authorization"] = f"Bearer {token}"
    return await http.post(path, headers=headers, json=body)


def keep(connection: Connection, response: str) -> None:
    connection.execute("UPDATE idempotency_keys SET response = %s", [response])
    connection.commit()


@EVERY_ANSWER
async def test_an_answer_of_the_last_release_is_given_again(
    http: HttpClient, bank: Bank, make: Make, connection: Connection, operation: str
) -> None:
    known = ANSWERS[operation]
    first = await ask(http, bank, make, operation)
    keep(connection, known["response"])
    again = await ask(http, bank, make, operation)
    assert await again.text() == known["response"]
    assert (again.status, again.headers["Idempotent-Replayed"]) == (first.status, "true")
    assert again.headers.get("Location") == known["location"]
    written = json.loads(await first.text())
    assert written.keys() == json.loads(known["response"]).keys()


@EVERY_ANSWER
async def test_an_answer_of_another_release_is_given_again(
    http: HttpClient, bank: Bank, make: Make, connection: Connection, operation: str
) -> None:
    """Goal: a field that is added, removed or of another type breaks no replay."""
    await ask(http, bank, make, operation)
    strange = json.loads(ANSWERS[operation]["response"])
    for name in [*strange][2:]:
        strange[name] = {"was": strange[name]}
    del strange[[*strange][-1]]
    text = json.dumps({**strange, "nickname": None}, separators=(",", ":"), ensure_ascii=False)
    keep(connection, text)
    again = await ask(http, bank, make, operation)
    assert await again.text() == text
    assert again.headers["Idempotent-Replayed"] == "true"


@EVERY_ANSWER
async def test_the_first_answer_is_the_one_that_is_kept(
    http: HttpClient, bank: Bank, make: Make, connection: Connection, operation: str
) -> None:
    first = await ask(http, bank, make, operation)
    [(kept,)] = connection.execute("SELECT response FROM idempotency_keys").fetchall()
    assert await first.text() == kept
