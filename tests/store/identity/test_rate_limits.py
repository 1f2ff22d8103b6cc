"""Counting tries, for all processes together."""

import asyncio
import time
from datetime import timedelta

import pytest

from bankapp.domain.rates import RateLimit
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store
from tests.api.conftest import Connection


@pytest.mark.exact_time
async def test_so_many_at_once_and_no_more(store: Store) -> None:
    limit = RateLimit("test", 5, timedelta(hours=1))
    started = time.monotonic()
    taken = [await store.rate_limits.take(limit, "a") for _ in range(7)]
    elapsed = timedelta(seconds=time.monotonic() - started)
    assert [one.is_allowed for one in taken] == [True] * 5 + [False] * 2
    wait = timedelta(hours=1) / 5
    for refused in taken[5:]:
        assert wait - elapsed <= refused.retry_after <= wait
    assert (await store.rate_limits.take(limit, "b")).is_allowed


@pytest.mark.exact_time
@pytest.mark.parametrize(("passed", "is_allowed"), [(-1, False), (1, True)])
async def test_one_more_after_a_while(
    store: Store, connection: Connection, passed: int, *, is_allowed: bool
) -> None:
    """Both sides of the time that a refusal names, by moving the mark instead of waiting."""
    limit = RateLimit("test", 5, timedelta(hours=1))
    for _ in range(5):
        await store.rate_limits.take(limit, "a")
    connection.execute(
        "UPDATE rate_limits SET free_at = free_at - interval '12 minutes'"
        " - make_interval(secs => %s)",
        [30 * passed],
    )
    connection.commit()
    assert (await store.rate_limits.take(limit, "a")).is_allowed is is_allowed
    assert not (await store.rate_limits.take(limit, "a")).is_allowed


async def test_after_the_whole_period_all_are_back(store: Store, connection: Connection) -> None:
    limit = RateLimit("test", 3, timedelta(hours=1))
    for _ in range(4):
        await store.rate_limits.take(limit, "a")
    connection.execute("UPDATE rate_limits SET free_at = free_at - interval '5 hours'")
    connection.commit()
    taken = [await store.rate_limits.take(limit, "a") for _ in range(4)]
    assert [one.is_allowed for one in taken] == [True] * 3 + [False]


@pytest.mark.exact_time
async def test_exact_among_two_processes(store: Store, database_url: str) -> None:
    """Goal: two servers that count together allow what one would.

    Method: two pools ask as fast as they can, of a limit of 400 and then 40 a second: each try
    takes a lock that the other waits for. All ask until they are refused, after three seconds or
    later: allowed are the burst and what was regained.
    """
    limit = RateLimit("test", 400, timedelta(seconds=10))
    allowed = int((await store.rate_limits.take(limit, "a")).is_allowed)

    async def ask(asker: Store, until: float) -> None:
        nonlocal allowed
        is_allowed = True
        while is_allowed or time.monotonic() < until:
            is_allowed = (await asker.rate_limits.take(limit, "a")).is_allowed
            allowed += is_allowed

    async with create_pool(database_url) as pool:
        other = Store(pool, retry_count_max=0)
        started = time.monotonic()
        askers = [ask(asker, started + 3) for asker in (store, other) for _ in range(4)]
        await asyncio.gather(*askers)
        elapsed = time.monotonic() - started
    assert 400 + 40 * 3 - 1 <= allowed <= 400 + 40 * elapsed + 1
