"""The clock of the database steps: what depends on it is harmed for as long as the step at most."""

from datetime import timedelta
from typing import Any

import pytest

from bankapp.domain.rates import RateLimit
from bankapp.store.store import Store
from tests.api.client import Answer, Api
from tests.api.conftest import Connection
from tests.clock import Clock
from tests.factories import PASSWORD
from tests.job_runner import JobRunner, code_of

SECOND, DAY, YEAR = timedelta(seconds=1), timedelta(days=1), timedelta(days=365)


async def log_in(api: Api) -> dict[str, Any]:
    body = {"username": "alice", "password": PASSWORD}
    answer = await api.request("POST", "/v1/users/login", json=body)
    assert answer.status == 200
    tokens: dict[str, Any] = answer.body
    return tokens


async def whoami(api: Api, tokens: dict[str, Any]) -> int:
    return (await api.request("GET", "/v1/users/alice", token=tokens["access_token"])).status


async def renew(api: Api, tokens: dict[str, Any]) -> Answer:
    body = {"refresh_token": tokens["refresh_token"]}
    return await api.request("POST", "/v1/tokens/renew_access", json=body)


@pytest.mark.parametrize("ahead", [-YEAR, -30 * SECOND, YEAR])
async def test_a_session_is_as_it_was_when_the_clock_is_right_again(
    api: Api, clock: Clock, ahead: timedelta
) -> None:
    await api.make.user("alice")
    tokens = await log_in(api)
    clock.set(ahead)
    assert await whoami(api, tokens) == (401 if ahead == YEAR else 200)
    clock.set()
    assert await whoami(api, tokens) == 200
    assert (await renew(api, tokens)).status == 200


async def test_a_session_of_a_clock_ahead_can_be_renewed(api: Api, clock: Clock) -> None:
    """It would end before it began; the constraint that forbids it was a fault of the bank."""
    await api.make.user("alice")
    clock.set(YEAR)
    tokens = await log_in(api)
    clock.set()
    renewed = await renew(api, tokens)
    assert renewed.status == 200
    assert await whoami(api, renewed.body) == 200


async def test_sessions_that_are_ended_while_the_clock_is_ahead_stay_ended(
    api: Api, clock: Clock
) -> None:
    """They look expired then, and a new password ends them nevertheless."""
    alice = await api.person("alice")
    old = await log_in(api)
    clock.set(YEAR)
    new = await log_in(api)
    change = {"password": "tr0mbone-Fjord-lamp", "current_password": PASSWORD}
    headers = {"Authorization": f"Bearer {new['access_token']}"}
    changed = await api.request("PATCH", "/v1/users/alice", json=change, headers=headers)
    assert changed.status == 200
    clock.set()
    assert await whoami(api, old) == 401
    assert (await alice.get("/v1/users/alice")).status == 401


async def test_a_limit_of_a_clock_ahead_lasts_a_period(
    store: Store, clock: Clock, connection: Connection
) -> None:
    limit = RateLimit("test", 3, timedelta(hours=1))
    clock.set(YEAR)
    for _ in range(limit.count):
        assert (await store.rate_limits.take(limit, "k")).is_allowed
    clock.set()
    refused = await store.rate_limits.take(limit, "k")
    assert not refused.is_allowed
    assert refused.retry_after <= limit.interval
    clock.set(limit.interval)
    assert (await store.rate_limits.take(limit, "k")).is_allowed
    assert not (await store.rate_limits.take(limit, "k")).is_allowed


@pytest.mark.parametrize(
    ("step", "status"),
    [(-30 * SECOND, 200), (14 * 60 * SECOND, 200), (16 * 60 * SECOND, 404), (-2 * DAY, 404)],
)
async def test_a_code_works_for_a_day_at_most_whatever_the_clock(
    api: Api, job_runner: JobRunner, clock: Clock, step: timedelta, status: int
) -> None:
    alice = {"username": "alice", "password": PASSWORD, "full_name": "A", "email": "a@example.com"}
    assert (await api.request("POST", "/v1/users", json=alice)).status == 201
    [message] = await job_runner.deliver()
    clock.step(step)
    email_id, code = code_of(message)
    body = {"email_id": email_id, "secret_code": code}
    assert (await api.request("POST", "/v1/verify_email", json=body)).status == status


async def test_uses_are_noted_though_the_clock_stood_ahead(
    api: Api, clock: Clock, connection: Connection
) -> None:
    await api.make.user("alice")
    clock.set(YEAR)
    tokens = await log_in(api)
    clock.set()
    assert await whoami(api, tokens) == 200
    used_later = "SELECT FROM sessions WHERE last_used_at > now() + interval '1 hour'"
    while connection.execute(used_later).rowcount:
        connection.commit()
        assert await whoami(api, tokens) == 200
