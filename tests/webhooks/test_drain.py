"""One endpoint is sent everything once, in order, whatever its server answers."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from bankapp.domain import limits
from bankapp.domain.origin import THE_BANK
from bankapp.domain.webhooks import Answer, Outcome, Try
from bankapp.operations.events.declared import NAMES
from bankapp.operations.events.telling import tell
from bankapp.store.events.deliveries import Progress
from bankapp.store.events.reading import Wanted
from gen import models
from gen.enums import WebhookStatus
from tests.factories import Make, transfer
from tests.feed import facts
from tests.job_runner import JobRunner
from tests.webhooks.conftest import IMPATIENT, LATER, SOON, Hooks
from tests.webhooks.receiver import OK, Receiver, Reply, verify

Connection = psycopg.Connection[tuple[object, ...]]


async def move_money(hooks: Hooks, make: Make, count: int) -> models.CustomerAccount:
    """Post transfers of a cent each; the payer is returned."""
    payer, payee = await make.account(balance=1000), await make.account()
    for start in range(0, count, 8):
        await hooks.store.postings.post(
            [transfer(payer, payee, 1) for _ in range(min(8, count - start))]
        )
    return payer


def answer(status: int, **headers: str) -> Reply:
    """An answer of a server."""
    return status, headers


def token(number: int) -> UUID:
    """The token of a worker."""
    return UUID(int=number)


def failed_try(position: int) -> Try:
    """A first try in vain."""
    return Try(position=position, answer=Answer(outcome=Outcome.FAILED, status=500))


def age(connection: Connection, what: str) -> None:
    """Let the time of all waits pass."""
    connection.execute(f"UPDATE webhook_{what} = now()".encode())
    connection.commit()


async def test_all_is_sent_once_in_order(hooks: Hooks, make: Make, receiver: Receiver) -> None:
    endpoint = await hooks.make(receiver.url)
    await move_money(hooks, make, 30)
    await hooks.drain(endpoint)
    expected = [await hooks.id_of(fact.position) for fact in await facts(hooks.store)]
    assert sorted(receiver.ids) == sorted(expected)
    for start in range(0, len(expected), limits.WEBHOOK_CONCURRENCY):
        window = slice(start, start + limits.WEBHOOK_CONCURRENCY)
        assert set(receiver.ids[window]) == set(expected[window])
    assert receiver.now_count_max <= limits.WEBHOOK_CONCURRENCY
    assert await hooks.parked(endpoint) == []
    count = len(receiver.requests)
    await hooks.drain(endpoint)
    assert len(receiver.requests) == count


async def test_what_is_sent_is_signed_and_as_in_the_feed(
    hooks: Hooks, make: Make, receiver: Receiver
) -> None:
    payer = await move_money(hooks, make, 3)
    assert payer.owner is not None
    endpoint = await hooks.make(receiver.url, payer.owner)
    await hooks.drain(endpoint)
    secret = hooks.bank.webhook_secrets.open(endpoint.sealed_secret)
    own = Wanted(NAMES, username=payer.owner)
    page = await hooks.store.feed.get_page(own, None, 500)
    told = [
        tell(fact, page.place.epoch, page.account_ids).model_dump(mode="json")
        for fact in page.facts
    ]
    assert len(told) >= 6
    sent = [verify(one, secret) for one in receiver.requests]
    assert sorted(sent, key=lambda event: int(event["id"][2:])) == told
    for one in receiver.requests:
        assert json.loads(one.body)["id"] == one.id
        assert one.headers["Content-Type"] == "application/json"


async def test_nobody_is_told_of_others(hooks: Hooks, make: Make, receiver: Receiver) -> None:
    """Goal: neither events of others nor the balance of the other side reach a customer."""
    await move_money(hooks, make, 3)
    payer = await move_money(hooks, make, 2)
    endpoint = await hooks.make(receiver.url, payer.owner)
    await hooks.drain(endpoint)
    sent = [json.loads(one.body) for one in receiver.requests]
    assert {event["type"] for event in sent} >= {"account.opened", "transfer.posted"}
    for event in sent:
        if event["type"] == "transfer.posted":
            assert event["account_ids"] == [payer.id]
            is_payer = event["data"]["from_account_id"] == payer.id
            others = "to" if is_payer else "from"
            assert event["data"][f"{others}_balance_after"] is None
        else:
            assert payer.owner in event["data"].values()


async def test_only_the_types_that_were_asked_for(
    hooks: Hooks, make: Make, receiver: Receiver
) -> None:
    payer = await move_money(hooks, make, 3)
    endpoint = await hooks.make(receiver.url, types=["account.frozen"])
    await hooks.store.accounts.freeze(payer.id, origin=THE_BANK)
    await hooks.drain(endpoint)
    assert [json.loads(one.body)["type"] for one in receiver.requests] == ["account.frozen"]


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        pytest.param(answer(500), 500, id="error"),
        pytest.param(answer(302, Location="http://127.0.0.1:1/"), 302, id="redirect"),
        pytest.param(answer(404), 404, id="unknown path"),
        pytest.param(answer(429), 429, id="too many, without a time"),
        pytest.param(None, None, id="hangs"),
    ],
)
async def test_what_fails_is_parked_and_others_pass(
    hooks: Hooks, make: Make, receiver: Receiver, reply: Reply, status: int | None
) -> None:
    endpoint = await hooks.make(receiver.url)
    await move_money(hooks, make, 20)
    poison = await hooks.id_of((await facts(hooks.store))[5].position)
    receiver.reply = lambda one: reply if one.id == poison else OK
    await (hooks.with_schedule(IMPATIENT) if reply is None else hooks).drain(endpoint)
    [parked] = await hooks.parked(endpoint)
    assert (await hooks.id_of(parked.position), parked.try_count) == (poison, 1)
    assert parked.last_status == status
    assert len(receiver.accepted) == len(await facts(hooks.store)) - 1
    assert (await hooks.now(endpoint)).status is WebhookStatus.ACTIVE
    assert receiver.ids.count(poison) == 1


async def test_parked_event_is_tried_ten_times_and_stays_listed(
    hooks: Hooks, make: Make, receiver: Receiver
) -> None:
    soon = hooks.with_schedule(SOON)
    endpoint = await hooks.make(receiver.url)
    await move_money(hooks, make, 2)
    poison = await hooks.id_of((await facts(hooks.store))[3].position)
    receiver.reply = lambda one: (500, {}) if one.id == poison else OK
    for _ in range(12):
        await soon.drain(endpoint)
    assert receiver.ids.count(poison) == limits.WEBHOOK_TRY_COUNT_MAX
    [parked] = await hooks.parked(endpoint)
    assert (parked.try_count, parked.next_try_at) == (limits.WEBHOOK_TRY_COUNT_MAX, None)
    # Its owner may try once more.
    receiver.reply = lambda _: OK
    await hooks.store.webhooks.retry(endpoint.id, parked.position)
    await soon.drain(endpoint)
    assert await hooks.parked(endpoint) == []
    assert receiver.ids.count(poison) == limits.WEBHOOK_TRY_COUNT_MAX + 1


async def test_a_dead_server_is_probed_and_costs_few_rows(
    hooks: Hooks, make: Make, receiver: Receiver, connection: Connection
) -> None:
    endpoint = await hooks.make(receiver.url)
    await move_money(hooks, make, 100)
    receiver.reply = lambda _: (500, {})
    await hooks.drain(endpoint)
    assert len(receiver.requests) == limits.WEBHOOK_CONCURRENCY
    failing = await hooks.now(endpoint)
    assert failing.status is WebhookStatus.FAILING
    assert failing.retry_at is not None
    assert failing.failing_since is not None
    assert failing.retry_at - failing.failing_since == timedelta(seconds=5)
    await hooks.drain(endpoint)  # not yet
    for number, delay in enumerate(LATER.delays[1:], 1):
        age(connection, "endpoints SET retry_at")
        await hooks.drain(endpoint)
        assert len(receiver.requests) == limits.WEBHOOK_CONCURRENCY + number
        probed = await hooks.now(endpoint)
        assert probed.retry_at is not None
        assert probed.last_tried_at is not None
        assert probed.retry_at - probed.last_tried_at == delay
    assert len(await hooks.parked(endpoint)) <= 16
    age(connection, "endpoints SET retry_at")
    age(connection, "deliveries SET next_try_at")
    receiver.reply = lambda _: OK
    await hooks.drain(endpoint)
    recovered = await hooks.now(endpoint)
    assert (recovered.status, recovered.failing_since) == (WebhookStatus.ACTIVE, None)
    assert await hooks.parked(endpoint) == []
    assert len(set(receiver.accepted)) == len(await facts(hooks.store)) == len(receiver.accepted)


async def test_poison_alone_does_not_keep_an_endpoint_failing(
    hooks: Hooks, make: Make, receiver: Receiver, connection: Connection
) -> None:
    """Goal: a probe with an event that is always refused lets the next probe have another."""
    endpoint = await hooks.make(receiver.url)
    await move_money(hooks, make, 30)
    ids = [await hooks.id_of(fact.position) for fact in await facts(hooks.store)]
    refused = set(ids[:9])
    receiver.reply = lambda one: (400, {}) if one.id in refused else OK
    await hooks.drain(endpoint)
    for _ in range(2):
        age(connection, "endpoints SET retry_at")
        await hooks.drain(endpoint)
    assert (await hooks.now(endpoint)).status is WebhookStatus.ACTIVE
    assert set(receiver.accepted) == set(ids) - refused


async def test_gone_disables_and_tells_the_owner(
    hooks: Hooks, make: Make, receiver: Receiver, job_runner: JobRunner, connection: Connection
) -> None:
    payer = await move_money(hooks, make, 20)
    endpoint = await hooks.make(receiver.url, payer.owner)
    receiver.reply = lambda _: (410, {})
    await hooks.drain(endpoint)
    await hooks.drain(endpoint)
    assert len(receiver.requests) <= limits.WEBHOOK_CONCURRENCY
    assert (await hooks.now(endpoint)).status is WebhookStatus.DISABLED
    [mail] = await job_runner.deliver()
    assert (mail["To"], mail["Subject"]) == (
        f"{payer.owner}@example.com",
        "Your webhook was disabled",
    )
    rows = connection.execute("SELECT after FROM audit_events WHERE action = 'webhook.disabled'")
    assert rows.fetchall() == [({"reason": "gone"},)]
    connection.commit()
    receiver.reply = lambda _: OK
    await hooks.store.webhooks.set_status(endpoint.id, WebhookStatus.ACTIVE, origin=THE_BANK)
    age(connection, "deliveries SET next_try_at")
    await hooks.drain(endpoint)
    own = await facts(hooks.store, Wanted(NAMES, username=payer.owner))
    assert len(set(receiver.accepted)) == len(own)


async def test_only_failures_for_five_days_disable(
    hooks: Hooks, make: Make, receiver: Receiver, connection: Connection
) -> None:
    endpoint = await hooks.make(receiver.url)
    await move_money(hooks, make, 30)
    receiver.reply = lambda _: (500, {})
    await hooks.drain(endpoint)
    for since, status in (
        ("4 days 23 hours", WebhookStatus.FAILING),
        ("5 days", WebhookStatus.DISABLED),
    ):
        connection.execute(
            "UPDATE webhook_endpoints SET failing_since = now() - %s::interval", [since]
        )
        age(connection, "endpoints SET retry_at")
        await hooks.drain(endpoint)
        assert (await hooks.now(endpoint)).status is status


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_asks_to_wait_gets_nothing_until_then(
    hooks: Hooks, make: Make, receiver: Receiver, connection: Connection, status: int
) -> None:
    """Waits count as no failures, and what was not taken is sent later, once."""
    endpoint = await hooks.make(receiver.url)
    await move_money(hooks, make, 40)
    ids = [await hooks.id_of(fact.position) for fact in await facts(hooks.store)]
    receiver.reply = lambda one: OK if one.id == ids[4] else (status, {"Retry-After": "3600"})
    await hooks.drain(endpoint)
    await hooks.drain(endpoint)
    assert len(receiver.requests) == limits.WEBHOOK_CONCURRENCY
    waiting = await hooks.now(endpoint)
    assert (waiting.status, waiting.failure_count) == (WebhookStatus.ACTIVE, 0)
    assert waiting.retry_at is not None
    assert waiting.last_tried_at is not None
    assert waiting.retry_at - waiting.last_tried_at == timedelta(hours=1)
    # Those before the one that was taken are parked; those behind are before the place.
    assert [one.try_count for one in await hooks.parked(endpoint)] == [0] * 4
    receiver.reply = lambda _: OK
    age(connection, "endpoints SET retry_at")
    age(connection, "deliveries SET next_try_at")
    await hooks.drain(endpoint)
    assert sorted(receiver.accepted) == sorted(ids)


async def test_both_secrets_sign_while_one_replaces_the_other(
    hooks: Hooks, make: Make, receiver: Receiver, connection: Connection
) -> None:
    secrets = hooks.bank.webhook_secrets
    endpoint = await hooks.make(receiver.url)
    known = [secrets.open(endpoint.sealed_secret)]
    for overlaps, count in ((True, 2), (False, 1), (True, 2)):
        sealed = secrets.create()
        known.append(secrets.open(sealed))
        await hooks.store.webhooks.rotate(endpoint.id, sealed, overlaps=overlaps, origin=THE_BANK)
        await make.account()
        await hooks.drain(endpoint)
        received = receiver.requests[-1]
        assert len(received.headers["webhook-signature"].split()) == count
        for secret in known[-count:]:
            verify(received, secret)
    connection.execute("UPDATE webhook_endpoints SET previous_until = now()")
    connection.commit()
    await make.account()
    await hooks.drain(endpoint)
    received = receiver.requests[-1]
    assert len(received.headers["webhook-signature"].split()) == 1
    verify(received, known[-1])


async def test_replay_sends_a_range_again_while_new_events_come(
    hooks: Hooks, make: Make, receiver: Receiver
) -> None:
    endpoint = await hooks.make(receiver.url)
    await move_money(hooks, make, 30)
    await hooks.drain(endpoint)
    positions = [fact.position for fact in await facts(hooks.store)]
    receiver.requests.clear()
    await hooks.store.webhooks.replay(endpoint.id, positions[3], positions[20])
    await move_money(hooks, make, 3)
    await hooks.drain(endpoint)
    new = [fact.position for fact in await facts(hooks.store) if fact.position > positions[-1]]
    replayed = positions[4:21]
    expected = [await hooks.id_of(position) for position in (*new, *replayed)]
    assert sorted(receiver.ids) == sorted(expected)
    ended = await hooks.now(endpoint)
    assert (ended.replay_position, ended.replay_until_position) == (None, None)


async def test_what_was_paused_gets_all_it_missed(
    hooks: Hooks, make: Make, receiver: Receiver
) -> None:
    endpoint = await hooks.make(receiver.url)
    await hooks.store.webhooks.set_status(endpoint.id, WebhookStatus.PAUSED, origin=THE_BANK)
    await move_money(hooks, make, 3)
    await hooks.drain(endpoint)
    assert receiver.requests == []
    await hooks.store.webhooks.set_status(endpoint.id, WebhookStatus.ACTIVE, origin=THE_BANK)
    await hooks.drain(endpoint)
    assert len(receiver.requests) == len(await facts(hooks.store))


async def test_after_an_outage_events_are_sent_slowly_at_first(
    hooks: Hooks, make: Make, receiver: Receiver, connection: Connection
) -> None:
    """Twenty a second: eight events take 0.4 s, until it has caught up."""
    endpoint = await hooks.make(receiver.url)
    await move_money(hooks, make, 24)
    age(connection, "endpoints SET recovered_at")
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    await hooks.drain(endpoint)
    assert loop.time() - began_s > 1
    assert (await hooks.now(endpoint)).recovered_at is None


async def test_a_pause_while_events_are_sent_stands(
    hooks: Hooks, make: Make, receiver: Receiver
) -> None:
    endpoint = await hooks.make(receiver.url)
    await move_money(hooks, make, 30)
    lease = await hooks.store.deliveries.claim(endpoint.id, token(1), LATER.lease)
    assert lease is not None
    # Another worker cannot send meanwhile.
    assert await hooks.store.deliveries.claim(endpoint.id, token(2), LATER.lease) is None
    await hooks.drain(endpoint)
    assert receiver.requests == []
    await hooks.store.webhooks.set_status(endpoint.id, WebhookStatus.PAUSED, origin=THE_BANK)
    tries = [failed_try(position) for position in range(1, 9)]
    progress = Progress(tries=tries, parked_count=8, position=8)
    assert await hooks.store.deliveries.save(lease, progress, LATER) is None
    paused = await hooks.now(endpoint)
    assert (paused.status, paused.position) == (WebhookStatus.PAUSED, 8)


async def test_a_worker_that_lost_its_lease_changes_nothing(
    hooks: Hooks, make: Make, receiver: Receiver, connection: Connection
) -> None:
    endpoint = await hooks.make(receiver.url)
    lease = await hooks.store.deliveries.claim(endpoint.id, token(1), LATER.lease)
    assert lease is not None
    connection.execute("UPDATE webhook_endpoints SET leased_until = now()")
    connection.commit()
    await move_money(hooks, make, 3)
    await hooks.drain(endpoint)
    place = (await hooks.now(endpoint)).position
    progress = Progress(tries=[failed_try(1)], parked_count=1, position=place + 100)
    assert await hooks.store.deliveries.save(lease, progress, LATER) is None
    assert (await hooks.now(endpoint)).position == place
    assert await hooks.parked(endpoint) == []
