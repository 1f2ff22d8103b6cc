"""The cache of the users of sessions."""

import asyncio
import time
from dataclasses import replace

import pytest

from bankapp import tuning
from bankapp.domain import errors
from bankapp.domain.origin import Origin
from bankapp.store.store import Store
from tests.api.conftest import Connection
from tests.factories import Make, transfer


async def test_the_user_is_cached_once_the_session_was_read(store: Store, make: Make) -> None:
    await make.user("alice")
    session_id = await make.session("alice")
    assert store.sessions.cached_username(session_id) is None
    await store.sessions.get_caller(session_id)
    assert store.sessions.cached_username(session_id) == "alice"


async def test_a_session_that_a_posting_found_ended_leaves_the_cache(
    store: Store, make: Make, connection: Connection
) -> None:
    source, target = await make.account(balance=10), await make.account()
    assert source.owner is not None
    session_id = await make.session(source.owner)
    await store.sessions.get_caller(session_id)
    connection.execute("UPDATE sessions SET ended_at = now()")
    connection.commit()
    origin = Origin(source.owner, session_id=session_id)
    outcome = await store.postings.submit(replace(transfer(source, target, 10), origin=origin))
    assert isinstance(outcome, errors.Unauthenticated)
    assert store.sessions.cached_username(session_id) is None


async def test_the_least_recently_read_session_leaves_a_full_cache(
    store: Store, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "SESSION_CACHE_COUNT_MAX", 2)
    await make.user("alice")
    first, second, third = [await make.session("alice") for _ in range(3)]
    await store.sessions.get_caller(first)
    await store.sessions.get_caller(second)
    await store.sessions.get_caller(first)
    await store.sessions.get_caller(third)
    assert store.sessions.cached_username(second) is None
    assert store.sessions.cached_username(first) == store.sessions.cached_username(third) == "alice"


async def test_a_use_that_only_the_cache_saw_is_noted(
    store: Store, make: Make, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.user("alice")
    session_id = await make.session("alice")
    await store.sessions.get_caller(session_id)
    connection.execute("UPDATE sessions SET last_used_at = now() - interval '1 hour'")
    connection.commit()
    now_s = time.monotonic
    query = "SELECT FROM sessions WHERE last_used_at > now() - interval '1 minute'"
    store.sessions.cached_username(session_id)
    assert connection.execute(query).rowcount == 0  # not each time
    connection.commit()
    monkeypatch.setattr(time, "monotonic", lambda: now_s() + 61)
    store.sessions.cached_username(session_id)
    async with asyncio.timeout(10):
        while connection.execute(query).rowcount == 0:
            connection.commit()
            await asyncio.sleep(0.01)
