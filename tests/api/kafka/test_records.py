"""What is read of a record: each header, its value, and its time; and what becomes of bad ones."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import pytest
from confluent_kafka import Message

from bankapp.domain import limits
from bankapp.domain.roles import Role
from bankapp.publisher.topic import read_headers
from tests.api.conftest import DatabaseAccess
from tests.api.kafka.conftest import Token
from tests.commands import Asker, create_topic
from tests.factories import Make

Change: TypeAlias = Callable[[dict[str, str]], Any]
MINUTE_MS: Final = 60_000


def without(name: str) -> Change:
    return lambda headers: {key: value for key, value in headers.items() if key != name}


def having(**changes: str) -> Change:
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    return lambda headers: {**headers, **named}


def twice(name: str) -> Change:
    return lambda headers: [*headers.items(), (name, headers.get(name, "x"))]


def crowded(headers: dict[str, str]) -> object:
    count = limits.COMMAND_HEADER_COUNT_MAX + 1 - len(headers)
    return [*headers.items(), *((f"x-{number}", "1") for number in range(count))]


def with_bytes(name: str) -> Change:
    return lambda headers: [*without(name)(headers).items(), (name, b"\xff\xfe")]


def about(letter: Message) -> tuple[str, str]:
    """Reason and operation of a dead letter."""
    headers = read_headers(letter)
    return headers["dead-reason"], headers.get("operation", "")


NOBODY_IS_TOLD = [
    pytest.param(without("reply-to"), "reply_topic", id="no reply-to"),
    pytest.param(having(reply_to="bank.events.v1"), "reply_topic", id="another topic"),
    pytest.param(having(reply_to="bank.replies."), "reply_topic", id="the prefix alone"),
    pytest.param(having(reply_to="bank.replies.no/w"), "reply_topic", id="not a topic"),
    pytest.param(having(reply_to="bank.replies.none"), "reply_topic", id="a topic that is missing"),
    pytest.param(having(reply_partition="1"), "reply_topic", id="a partition that is missing"),
    pytest.param(having(reply_partition="-1"), "reply_topic", id="not a partition"),
    pytest.param(twice("reply-to"), "headers", id="reply-to twice"),
    pytest.param(without("correlation-id"), "headers", id="no correlation id"),
    pytest.param(having(correlation_id="x" * 256), "headers", id="a long correlation id"),
    pytest.param(with_bytes("correlation-id"), "headers", id="a binary correlation id"),
    pytest.param(crowded, "headers", id="too many headers"),
]
TOLD = [
    pytest.param(without("operation"), "operation", "operation_not_served", id="no operation"),
    pytest.param(having(operation="x"), "operation", "operation_not_served", id="unknown"),
    pytest.param(having(operation="log_in"), "operation", "operation_not_served", id="left out"),
    pytest.param(twice("operation"), "headers", "malformed_request", id="operation twice"),
    pytest.param(without("idempotency-key"), "headers", "malformed_request", id="no key"),
    pytest.param(having(idempotency_key="x" * 256), "headers", "malformed_request", id="long key"),
    pytest.param(twice("idempotency-key"), "headers", "malformed_request", id="key twice"),
    pytest.param(twice("authorization"), "headers", "malformed_request", id="token twice"),
    pytest.param(having(deadline="soon"), "headers", "malformed_request", id="no deadline"),
    pytest.param(
        having(deadline="2026-11-30T10:00:00"), "headers", "malformed_request", id="no offset"
    ),
]


@pytest.mark.parametrize(("change", "reason"), NOBODY_IS_TOLD)
async def test_without_a_good_address_it_is_dead_and_not_done(
    served: Asker, make: Make, database: DatabaseAccess, log_in: Token, change: Change, reason: str
) -> None:
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    before = database.money()
    headers = served.headers("create_deposit", token, "k1")
    fields = {"account_id": account.id, "amount": 5, "currency": "USD"}
    served.send(change(headers), fields)
    [letter] = await served.until_dead()
    assert about(letter) == (reason, "create_deposit")
    assert database.money() == before
    assert not served.replies
    good = served.headers("create_deposit", token, "k1")
    assert (await served.ask(good, fields)).code is None


@pytest.mark.parametrize(("change", "reason", "code"), TOLD)
async def test_with_an_address_it_is_dead_and_its_sender_is_told(
    served: Asker,
    make: Make,
    database: DatabaseAccess,
    log_in: Token,
    change: Change,
    reason: str,
    code: str,
) -> None:
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    before = database.money()
    headers = served.headers("create_deposit", token, "k1")
    served.send(change(headers), {"account_id": account.id, "amount": 5, "currency": "USD"})
    reply = await served.reply(headers["correlation-id"])
    assert reply.code == code
    [letter] = await served.until_dead()
    said = read_headers(letter)
    assert said["dead-reason"] == reason
    assert said["dead-request-id"] == reply.headers["x-request-id"]
    assert database.money() == before


BODIES: Final[Mapping[str, tuple[bytes, str, str]]] = {
    "not JSON": (b"{", "body", "malformed_request"),
    "not an object": (b"[1]", "body", "malformed_request"),
    "not UTF-8": (b'{"a": "\xff"}', "body", "malformed_request"),
    "a name twice": (b'{"account_id": 1, "account_id": 2}', "body", "malformed_request"),
    "too large": (b" " * (limits.BODY_BYTES_MAX + 1), "size", "payload_too_large"),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_value_that_cannot_be_read_is_dead(served: Asker, log_in: Token, name: str) -> None:
    body, reason, code = BODIES[name]
    headers = served.headers("get_account", await log_in("alice"))
    assert (await served.ask(headers, body)).code == code
    [letter] = await served.until_dead()
    said = read_headers(letter)
    assert (said["dead-reason"], said["dead-topic"]) == (reason, served.places.topics.commands)
    assert int(said["dead-offset"]) == 0
    assert (letter.value() or b"") == (b"" if reason == "size" else body)


async def test_a_dead_letter_has_no_token_and_no_password(served: Asker, log_in: Token) -> None:
    token = await log_in("alice")
    headers = served.headers("log_in", token)
    assert (await served.ask(headers, {"username": "a", "password": "hunter2"})).code is not None
    [letter] = await served.until_dead()
    assert not letter.value()
    assert "authorization" not in read_headers(letter)
    assert token not in str(letter.headers())


async def test_a_value_may_be_as_large_as_over_http(
    served: Asker, make: Make, log_in: Token
) -> None:
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    fields = json.dumps({"account_id": account.id}).encode()
    padded = fields + b" " * (limits.BODY_BYTES_MAX - len(fields))
    headers = served.headers("get_account", token)
    assert (await served.ask(headers, padded)).body["id"] == account.id
    values = (
        b'{"mode": "independent", "transfers": [' + b"1," * limits.BODY_VALUE_COUNT_MAX + b"1]}"
    )
    many = served.headers("create_batch", token, "k1")
    assert (await served.ask(many, values)).code == "payload_too_large"
    blank = b'{"mode": "independent", "transfers": []}'.ljust(limits.BATCH_BYTES_MAX - 100_000)
    large = served.headers("create_batch", token, "k2")
    assert (await served.ask(large, blank)).code == "validation_failed"


async def test_no_value_is_no_fields(served: Asker, log_in: Token) -> None:
    token = await log_in("alice")
    assert (await served.ask(served.headers("list_accounts", token), b"")).body["items"] == []
    reply = await served.ask(served.headers("get_account", token), b"")
    assert reply.code == "validation_failed"


def in_s(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def test_what_is_past_its_deadline_is_told_and_not_done(
    served: Asker, make: Make, database: DatabaseAccess, log_in: Token
) -> None:
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    fields = {"account_id": account.id, "amount": 5, "currency": "USD"}
    before = database.money()
    headers = served.headers("create_deposit", token, "k1")
    late = await served.ask({**headers, "deadline": in_s(-1)}, fields)
    assert late.code == "deadline_passed"
    assert late.body["retryable"]
    assert database.money() == before
    assert served.dead() == []
    again = served.headers("create_deposit", token, "k1")
    done = await served.ask({**again, "deadline": in_s(60)}, fields)
    assert done.code is None
    assert not done.is_replay


HOUR_MS: Final = 60 * MINUTE_MS


@pytest.mark.parametrize(
    ("age_ms", "deadline_s", "code"),
    [
        pytest.param(HOUR_MS - MINUTE_MS, None, None, id="an hour without a deadline"),
        pytest.param(HOUR_MS + MINUTE_MS, None, "deadline_passed", id="more without a deadline"),
        pytest.param(12 * HOUR_MS - MINUTE_MS, 60.0, None, id="12 hours with one"),
        pytest.param(12 * HOUR_MS + MINUTE_MS, 60.0, "deadline_passed", id="more with one"),
        pytest.param(-4 * MINUTE_MS, None, None, id="a little ahead"),
        pytest.param(-6 * MINUTE_MS, None, "malformed_request", id="too far ahead"),
    ],
)
async def test_an_old_command_is_not_done(
    asker: Asker,
    served: Asker,
    log_in: Token,
    age_ms: int,
    deadline_s: float | None,
    code: str | None,
) -> None:
    headers = served.headers("list_accounts", await log_in("alice"))
    if deadline_s is not None:
        headers["deadline"] = in_s(deadline_s)
    sent_ms = int(time.time() * 1000) - age_ms
    assert (await asker.ask(headers, b"", time_ms=sent_ms)).code == code


def test_a_key_is_kept_for_longer_than_a_command_is_done() -> None:
    ahead = limits.COMMAND_CLOCK_OFFSET_MAX
    assert limits.COMMAND_AGE_DEFAULT <= limits.COMMAND_AGE_MAX
    assert limits.COMMAND_AGE_MAX + 2 * ahead < limits.IDEMPOTENCY_KEY_LIFETIME


@pytest.fixture(autouse=True)
def _times_of_senders(asker: Asker) -> None:
    """The topic keeps the times that its senders give, so that a test can choose them."""
    create_topic(asker.server, asker.places.topics.commands)
