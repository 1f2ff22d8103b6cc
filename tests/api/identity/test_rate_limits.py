"""Too many tries are refused, and whose they are is told apart."""

from collections.abc import AsyncGenerator
from datetime import datetime
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDict

from bankapp.api.http.server import create_app
from bankapp.domain import limits
from bankapp.operations.bank import Rules
from bankapp.store.store import Store
from tests.api.client import Answer, Api
from tests.api.conftest import Connection
from tests.conftest import make_bank
from tests.factories import PASSWORD, Make


@pytest.fixture
async def strict(store: Store, make: Make) -> AsyncGenerator[Api]:
    """A bank that limits rates, behind a proxy on this machine and another in 10.0.0.0/8."""
    bank = make_bank(store, Rules(limits_rates=True))
    proxies = [ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")]
    async with TestClient(TestServer(create_app(bank, proxies))) as client:
        yield Api(client, bank, make)


async def log_in(api: Api, username: str, address: str, password: str = "wrong") -> Answer:
    body = {"username": username, "password": password}
    headers = {"X-Forwarded-For": address}
    return await api.request("POST", "/v1/users/login", json=body, headers=headers)


def check_limited(answer: Answer) -> None:
    assert (answer.status, answer.code) == (429, "rate_limited")
    assert answer.body["retryable"] is True
    assert int(answer.headers["Retry-After"]) >= 1


def moment(connection: Connection) -> datetime:
    """The time of the database."""
    [(now,)] = connection.execute("SELECT clock_timestamp()").fetchall()
    assert isinstance(now, datetime)
    return now


async def test_logins_of_one_user_from_one_address(strict: Api) -> None:
    """The right password does not help either; another user or another address does."""
    await strict.make.user("alice")
    for _ in range(limits.LOGINS_BY_USER.count):
        assert (await log_in(strict, "alice", "192.0.2.1")).status == 401
    limited = await log_in(strict, "alice", "192.0.2.1", PASSWORD)
    check_limited(limited)
    assert int(limited.headers["Retry-After"]) <= 30
    assert (await log_in(strict, "bob", "192.0.2.1")).status == 401
    assert (await log_in(strict, "alice", "192.0.2.2", PASSWORD)).status == 200


@pytest.mark.exact_time
async def test_logins_from_one_address(strict: Api, connection: Connection) -> None:
    """However long the logins take: what was regained meanwhile is counted, too."""
    limit = limits.LOGINS_BY_ADDRESS
    started = moment(connection)
    allowed_count = 0
    while (answer := await log_in(strict, f"user_{allowed_count}", "192.0.2.1")).status == 401:
        allowed_count += 1
    regained_count_max = (moment(connection) - started) // limit.interval + 1
    assert limit.count <= allowed_count <= limit.count + regained_count_max
    check_limited(answer)
    assert (await log_in(strict, "somebody", "192.0.2.2")).status == 401


@pytest.mark.parametrize("neighbours", [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::2")])
async def test_guesses_from_many_networks(strict: Api, neighbours: tuple[str, str]) -> None:
    """Goal: guesses at one user are bounded, however many networks they come from.

    The user still signs in from a network from which they have signed in before. Other users are
    not limited.
    """
    known, same_network = neighbours
    await strict.make.user("alice")
    assert (await log_in(strict, "alice", known, PASSWORD)).status == 200
    first = limits.GUESSES_BY_USER.count - 1  # the sign-in itself came from a new network
    for number in range(first):
        assert (await log_in(strict, "alice", f"198.51.{number}.1")).status == 401
    check_limited(await log_in(strict, "alice", "203.0.113.1"))
    check_limited(await log_in(strict, "alice", "203.0.113.2", PASSWORD))
    assert (await log_in(strict, "alice", same_network)).status == 401
    assert (await log_in(strict, "alice", same_network, PASSWORD)).status == 200
    assert (await log_in(strict, "bob", "203.0.113.1")).status == 401


async def test_all_addresses_of_a_network_of_ipv6_are_one(strict: Api) -> None:
    for number in range(limits.LOGINS_BY_USER.count):
        assert (await log_in(strict, "alice", f"2001:db8:0:1::{number:x}")).status == 401
    check_limited(await log_in(strict, "alice", "2001:db8:0:1:ffff::1"))
    assert (await log_in(strict, "alice", "2001:db8:0:2::1")).status == 401


@pytest.mark.exact_time
@pytest.mark.parametrize(
    ("path", "count", "body"),
    [
        pytest.param(
            "/v1/users",
            limits.SIGN_UPS.count,
            {"username": "x" * 3, "password": "password", "full_name": "x", "email": "x@a.example"},
            id="sign-ups",
        ),
        pytest.param(
            "/v1/password_resets",
            limits.RESETS_BY_EMAIL.count,
            {"email": "alice@example.com"},
            id="resets of one address",
        ),
        pytest.param(
            "/v1/password_resets/confirm",
            limits.RESET_TRIES.count,
            {"token": "x", "password": "password"},
            id="codes to reset with",
        ),
    ],
)
async def test_limits_of_visitors(strict: Api, path: str, count: int, body: dict[str, Any]) -> None:
    for _ in range(count):
        assert (await strict.request("POST", path, json=body)).status in (202, 422)
    check_limited(await strict.request("POST", path, json=body))
    elsewhere = await strict.request(
        "POST", path, json=body, headers={"X-Forwarded-For": "192.0.2.9"}
    )
    assert (elsewhere.status == 429) == (path == "/v1/password_resets")


async def test_resets_from_one_address(strict: Api) -> None:
    for number in range(limits.RESETS_BY_ADDRESS.count):
        body = {"email": f"user_{number}@example.com"}
        assert (await strict.request("POST", "/v1/password_resets", json=body)).status == 202
    body = {"email": "somebody@example.com"}
    check_limited(await strict.request("POST", "/v1/password_resets", json=body))


@pytest.mark.exact_time
async def test_resends_and_changes_of_a_user(strict: Api) -> None:
    alice, bob = await strict.person("alice"), await strict.person("bob")
    for _ in range(limits.RESENDS_BY_USER.count):
        assert (await alice.post("/v1/users/alice/verification")).status == 202
    check_limited(await alice.post("/v1/users/alice/verification"))
    assert (await bob.post("/v1/users/bob/verification")).status == 202
    for _ in range(limits.USER_CHANGES.count):
        wrong = await alice.patch("/v1/users/alice", email="a@b.example", current_password="x")
        assert wrong.status == 401
    check_limited(
        await alice.patch("/v1/users/alice", email="a@b.example", current_password=PASSWORD)
    )
    assert (await bob.patch("/v1/users/bob", full_name="Bob")).status == 200


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        pytest.param([], "127.0.0.1", id="asked without a proxy"),
        pytest.param(["192.0.2.1"], "192.0.2.1", id="one proxy"),
        pytest.param(["192.0.2.1, 10.1.1.1"], "192.0.2.1", id="two proxies"),
        pytest.param(["192.0.2.1", "10.1.1.1"], "192.0.2.1", id="two headers"),
        pytest.param(["6.6.6.6, 192.0.2.1"], "192.0.2.1", id="what the client made up"),
        pytest.param(["6.6.6.6, 192.0.2.1, 10.1.1.1"], "192.0.2.1", id="made up, two proxies"),
        pytest.param(["10.6.6.6, 192.0.2.1"], "192.0.2.1", id="who claims to be a proxy"),
        pytest.param(["10.1.1.1"], "10.1.1.1", id="nothing but proxies"),
        pytest.param(["garbage"], "127.0.0.1", id="no address"),
        pytest.param(["192.0.2.1, garbage"], "127.0.0.1", id="garbage last"),
        pytest.param([""], "127.0.0.1", id="empty"),
        pytest.param(["::ffff:192.0.2.1"], "192.0.2.1", id="IPv4 in IPv6"),
        pytest.param(["2001:db8::1"], "2001:db8::1", id="IPv6"),
        pytest.param(["192.0.2.1:4711"], "192.0.2.1", id="a port"),
        pytest.param(["6.6.6.6, 192.0.2.1:4711, 10.1.1.1:80"], "192.0.2.1", id="ports of proxies"),
        pytest.param(["[2001:db8::1]:4711"], "2001:db8::1", id="IPv6 and a port"),
        pytest.param(["[2001:db8::1]"], "2001:db8::1", id="IPv6 in brackets"),
        pytest.param(['"[2001:db8::1]:4711"'], "2001:db8::1", id="IPv6 in quotes"),
        pytest.param(["[::ffff:192.0.2.1]:4711"], "192.0.2.1", id="IPv4 in IPv6 and a port"),
        pytest.param(["6.6.6.6, 192.0.2.1:port"], "127.0.0.1", id="a port that is none"),
        pytest.param(["6.6.6.6, [2001:db8::1"], "127.0.0.1", id="half a bracket"),
        pytest.param(["6.6.6.6, unknown"], "127.0.0.1", id="a proxy that does not tell"),
        pytest.param(["fe80::1%eth0"], "fe80::1", id="a zone"),
    ],
)
async def test_the_client_address_is_the_one_that_trusted_proxies_give(
    strict: Api, connection: Connection, forwarded: list[str], address: str
) -> None:
    await strict.make.user("alice")
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    body = {"username": "alice", "password": PASSWORD}
    answer = await strict.request("POST", "/v1/users/login", json=body, headers=headers)
    assert answer.status == 200
    row = connection.execute("SELECT host(client_address) FROM sessions").fetchone()
    assert row == (address,)


async def test_forwarded_is_ignored(strict: Api, connection: Connection) -> None:
    """Goal: a header that a proxy passes on as it came is not believed."""
    await strict.make.user("alice")
    headers = {"Forwarded": "for=6.6.6.6"}
    body = {"username": "alice", "password": PASSWORD}
    assert (
        await strict.request("POST", "/v1/users/login", json=body, headers=headers)
    ).status == 200
    row = connection.execute("SELECT host(client_address) FROM sessions").fetchone()
    assert row == ("127.0.0.1",)


async def test_without_trusted_proxies_x_forwarded_for_is_ignored(
    api: Api, connection: Connection
) -> None:
    await api.make.user("alice")
    assert (await log_in(api, "alice", "192.0.2.1", PASSWORD)).status == 200
    row = connection.execute("SELECT host(client_address) FROM sessions").fetchone()
    assert row == ("127.0.0.1",)
