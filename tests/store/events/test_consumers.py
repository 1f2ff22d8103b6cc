"""Consumers of the feed: one process at a time has the lease, and only it gets on."""

from datetime import timedelta

import pytest

from bankapp import tuning
from bankapp.domain.feed import Place
from bankapp.store.events.consumers import Lease, LeaseLost
from bankapp.store.store import Store
from tests.clock import Clock

NAME = "kafka"
LEASE = timedelta(seconds=tuning.LEASE_DURATION_S)


async def taken(store: Store) -> Lease:
    lease = await store.consumers.take(NAME)
    assert lease is not None
    return lease


async def test_a_new_consumer_begins_at_the_beginning(store: Store) -> None:
    lease = await taken(store)
    assert (lease.place, lease.is_set_back) == (Place(1, 0), False)


async def test_one_has_the_lease(store: Store) -> None:
    lease = await taken(store)
    assert await store.consumers.take(NAME) is None
    assert await store.consumers.take("webhook:1") is not None
    await store.consumers.give_up(lease)
    assert (await taken(store)).token != lease.token


async def test_the_next_goes_on_where_the_last_was(store: Store) -> None:
    lease = await store.consumers.advance(await taken(store), Place(1, 7))
    await store.consumers.give_up(lease)
    assert (await taken(store)).place == Place(1, 7)


async def test_who_lost_the_lease_changes_nothing(store: Store, clock: Clock) -> None:
    lease = await taken(store)
    clock.step(LEASE)
    other = await taken(store)
    with pytest.raises(LeaseLost):
        await store.consumers.renew(lease)
    with pytest.raises(LeaseLost):
        await store.consumers.advance(lease, Place(1, 7))
    await store.consumers.note(lease, "it is away")
    await store.consumers.give_up(lease)
    row = await store.read.feed_consumers.get_consumer(name=NAME)
    assert row is not None
    assert (row.lease_token, row.position, row.last_error) == (other.token, 0, None)


async def test_a_lease_lasts_30_s_from_the_last_renewal(store: Store, clock: Clock) -> None:
    lease = await taken(store)
    clock.step(LEASE - timedelta(seconds=5))
    await store.consumers.renew(lease)
    clock.step(LEASE - timedelta(seconds=5))
    lease = await store.consumers.advance(lease, Place(1, 7))
    clock.step(LEASE - timedelta(seconds=5))
    assert await store.consumers.take(NAME) is None
    clock.step(timedelta(seconds=5))
    assert await store.consumers.take(NAME) is not None


async def test_a_lease_that_nobody_took_goes_on(store: Store, clock: Clock) -> None:
    lease = await taken(store)
    clock.step(2 * LEASE)
    await store.consumers.renew(lease)
    assert await store.consumers.take(NAME) is None


async def test_a_lease_of_a_clock_that_steps_back(store: Store, clock: Clock) -> None:
    """Goal: it lasts longer by the step for others, and its owner goes on."""
    lease = await taken(store)
    clock.step(timedelta(hours=-1))
    assert await store.consumers.take(NAME) is None
    lease = await store.consumers.advance(lease, Place(1, 7))
    clock.step(LEASE)
    assert await store.consumers.take(NAME) is not None


async def test_a_problem_is_forgotten_with_the_next_step(store: Store) -> None:
    lease = await taken(store)
    await store.consumers.note(lease, "x" * 1000)
    row = await store.read.feed_consumers.get_consumer(name=NAME)
    assert row is not None
    assert row.last_error == "x" * 500
    await store.consumers.advance(lease, Place(1, 7))
    row = await store.read.feed_consumers.get_consumer(name=NAME)
    assert row is not None
    assert row.last_error is None


async def test_how_far_they_are_behind(store: Store) -> None:
    assert await store.consumers.list_behind() == []
    end = (await store.feed.last_place()).position
    await store.consumers.take(NAME)
    for name in ("webhook:1", "webhook:2"):
        lease = await store.consumers.take(name)
        assert lease is not None
        await store.consumers.advance(lease, Place(1, 1_000_000))
    found = {row.kind: row.position_count for row in await store.consumers.list_behind()}
    assert found == {"kafka": end, "webhook": 0}
