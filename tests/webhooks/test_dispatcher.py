"""Workers give endpoints their turns, and a dead one holds up no other."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg
import pytest

from bankapp import tuning
from bankapp.auth.webhook_secrets import SecretMaker
from bankapp.domain.origin import THE_BANK
from bankapp.operations.events.declared import NAMES
from bankapp.store.events.reading import Wanted
from bankapp.webhooks.dispatcher import dispatching
from gen.enums import WebhookStatus
from tests.factories import Make, capture, hold, transfer, void
from tests.feed import facts
from tests.store.ledger.test_holds import held
from tests.webhooks.conftest import Hooks
from tests.webhooks.receiver import Receiver, verify

Connection = psycopg.Connection[tuple[object, ...]]


@asynccontextmanager
async def workers(hooks: Hooks, count: int = 1) -> AsyncGenerator[None]:
    """Workers of the same bank while the block runs; the feed of each is its own."""
    store, secrets = hooks.store, hooks.bank.webhook_secrets
    if count == 0:
        yield
        return
    async with dispatching(store, hooks.sender, secrets), workers(hooks, count - 1):
        yield


async def test_an_event_is_sent_when_it_has_happened(
    hooks: Hooks, make: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the feed: the sweep, which would find it, too, is an hour away."""
    payer, payee = await make.account(balance=10), await make.account()
    await hooks.make(receiver.url, payee.owner)
    monkeypatch.setattr(tuning, "WEBHOOK_SWEEP_S", 3600.0)
    async with workers(hooks):
        await receiver.until(lambda: len(receiver.requests) == 3)
        await hooks.store.postings.post([transfer(payer, payee, 1)])
        await receiver.until(lambda: len(receiver.requests) == 4)
    assert receiver.ids[-1] == await hooks.id_of((await facts(hooks.store))[-1].position)


async def test_the_sweep_finds_what_nobody_was_woken_for(
    hooks: Hooks, make: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await hooks.make(receiver.url)
    monkeypatch.setattr(tuning, "WEBHOOK_SWEEP_S", 0.2)
    # Nobody wakes it.
    monkeypatch.setattr("bankapp.webhooks.dispatcher.Dispatcher._wake_concerned", no_one)
    async with workers(hooks):
        await receiver.until(lambda: len(receiver.requests) == 1)
        await make.account()
        await receiver.until(lambda: len(receiver.requests) == 3)
    assert (await hooks.now(endpoint)).status is WebhookStatus.ACTIVE


async def no_one(_: object, position: int) -> int:
    """Wake nobody."""
    return position


async def test_two_workers_send_each_event_once(
    hooks: Hooks, make: Make, receiver: Receiver
) -> None:
    endpoint = await hooks.make(receiver.url)
    payer, payee = await make.account(balance=1000), await make.account()
    async with workers(hooks, 3):
        for _ in range(10):
            await hooks.store.postings.post([transfer(payer, payee, 1)] * 8)
        expected = {await hooks.id_of(fact.position) for fact in await facts(hooks.store)}
        await receiver.until(lambda: set(receiver.ids) >= expected)
    assert len(receiver.ids) == len(expected)
    assert await hooks.parked(endpoint) == []


async def test_a_dead_endpoint_holds_up_no_other(
    hooks: Hooks, make: Make, receiver: Receiver, other_receiver: Receiver
) -> None:
    """While one hangs, the other gets all of many events."""
    await hooks.make(receiver.url)
    await hooks.make(other_receiver.url)
    receiver.reply = lambda _: None
    payer, payee = await make.account(balance=1000), await make.account()
    async with workers(hooks):
        await receiver.until(lambda: receiver.now_count > 0)
        for _ in range(5):
            await hooks.store.postings.post([transfer(payer, payee, 1)] * 8)
        expected = {await hooks.id_of(fact.position) for fact in await facts(hooks.store)}
        await other_receiver.until(lambda: set(other_receiver.ids) >= expected)
    assert receiver.accepted == []
    assert len(other_receiver.ids) == len(expected)


async def test_an_endpoint_that_is_retried_soon_needs_no_event(
    hooks: Hooks, make: Make, receiver: Receiver
) -> None:
    endpoint = await hooks.make(receiver.url)
    receiver.reply = lambda _: (500, {})
    await make.account()
    async with workers(hooks):
        await receiver.until(lambda: len(receiver.requests) == 3)
        while not (parked := await hooks.parked(endpoint)):  # noqa: ASYNC110 - asks the database
            await asyncio.sleep(0.01)
        receiver.reply = lambda _: (204, {})
        await hooks.store.webhooks.retry(endpoint.id, parked[0].position)
        await receiver.until(lambda: len(receiver.accepted) > 0)


async def test_secrets_are_sealed_with_the_newest_key(
    hooks: Hooks, make: Make, receiver: Receiver
) -> None:
    endpoint = await hooks.make(receiver.url)
    old = hooks.bank.webhook_secrets
    await hooks.store.webhooks.rotate(endpoint.id, old.create(), overlaps=True, origin=THE_BANK)
    before = await hooks.now(endpoint)
    assert before.sealed_previous_secret is not None
    ring = SecretMaker([b"n" * 32, bytes(32)])
    new = SecretMaker([b"n" * 32])
    async with dispatching(hooks.store, hooks.sender, ring):
        while (after := await hooks.now(endpoint)).sealed_secret == before.sealed_secret:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert after.sealed_previous_secret is not None
    assert new.open(after.sealed_secret) == old.open(before.sealed_secret)
    assert new.open(after.sealed_previous_secret) == old.open(before.sealed_previous_secret)
    assert ring.reseal(after.sealed_secret) == after.sealed_secret


async def test_a_lost_secret_stops_no_other(
    hooks: Hooks, make: Make, receiver: Receiver, other_receiver: Receiver, connection: Connection
) -> None:
    lost, endpoint = await hooks.make(receiver.url), await hooks.make(other_receiver.url)
    connection.execute(
        "UPDATE webhook_endpoints SET sealed_secret = %s WHERE id = %s",
        [SecretMaker([b"x" * 32]).create(), lost.id],
    )
    connection.commit()
    async with workers(hooks):
        await other_receiver.until(lambda: len(other_receiver.requests) == 2)
    assert receiver.requests == []
    assert (await hooks.now(lost)).lease_token is None
    verify(other_receiver.requests[0], hooks.bank.webhook_secrets.open(endpoint.sealed_secret))


async def test_those_who_may_be_behind_are_those_for_whom_something_waits(
    hooks: Hooks, make: Make, connection: Connection
) -> None:
    """Goal: the look at all endpoints finds every one that has something, and few others.

    Method: after facts of every kind there are endpoints of everybody at every position; each is
    compared with what its owner would read behind that position.
    """
    payer, payee = await make.account(balance=100), await make.account()
    ended, voided = [await held(hooks.store, hold(payer, payee, 10)) for _ in range(2)]
    await hooks.store.postings.post([capture(ended.id), transfer(payer, payee, 1)])
    await hooks.store.accounts.freeze(payee.id, origin=THE_BANK)
    await hooks.store.postings.post([void(voided.id)])
    other = await make.account()
    last = (await facts(hooks.store))[-1].position
    expected = set[tuple[str, int]]()
    for owner in (payer.owner, payee.owner, other.owner):
        assert owner is not None
        concerning = await facts(hooks.store, Wanted(NAMES, username=owner))
        expected |= {(owner, place) for place in range(concerning[-1].position)}
    places = connection.execute(
        """
        INSERT INTO webhook_endpoints (owner, url, sealed_secret, position)
        SELECT owners.owner, 'https://shop.example.org', 'x', places.n
        FROM accounts AS owners, generate_series(0, %s) AS places (n)
        WHERE owners.owner IS NOT NULL
        RETURNING id, owner, position
        """,
        [last],
    ).fetchall()
    connection.commit()
    place_of = {endpoint_id: (owner, position) for endpoint_id, owner, position in places}
    rows = await hooks.store.read.webhook_endpoints.list_active_webhook_endpoints(
        after_id=0, row_count_max=10_000
    )
    assert len(rows) == len(place_of) == 3 * (last + 1)
    assert {place_of[row.id] for row in rows if row.may_be_behind} == expected


async def test_one_with_a_replay_and_one_of_the_bank_may_be_behind(
    hooks: Hooks, make: Make, connection: Connection
) -> None:
    account = await make.account()
    last = (await facts(hooks.store))[-1].position
    connection.execute(
        """
        INSERT INTO webhook_endpoints
            (owner, url, sealed_secret, position, replay_position, replay_until_position)
        VALUES
            (%(owner)s, 'https://a.example.org', 'x', %(last)s, NULL, NULL),
            (%(owner)s, 'https://a.example.org', 'x', %(last)s, 0, 1),
            (NULL, 'https://a.example.org', 'x', %(last)s, NULL, NULL)
        """,
        {"owner": account.owner, "last": last},
    )
    connection.commit()
    rows = await hooks.store.read.webhook_endpoints.list_active_webhook_endpoints(
        after_id=0, row_count_max=10
    )
    assert [row.may_be_behind for row in rows] == [False, True, True]


async def test_more_endpoints_than_have_turns_at_the_same_time(
    hooks: Hooks, make: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All wait for their turn, and each gets everything."""
    monkeypatch.setattr(tuning, "WEBHOOK_ENDPOINT_COUNT_MAX", 2)
    endpoints = [await hooks.make(receiver.url) for _ in range(7)]
    await make.account()
    expected = [await hooks.id_of(fact.position) for fact in await facts(hooks.store)]
    async with workers(hooks):
        await receiver.until(lambda: len(receiver.ids) >= len(endpoints) * len(expected))
    assert Counter(receiver.ids) == dict.fromkeys(expected, len(endpoints))
