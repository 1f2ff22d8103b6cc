"""Webhooks over HTTP, from their secret to the event that a server verifies."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from bankapp.domain.jobs import PingWebhook
from bankapp.domain.roles import Role
from bankapp.jobs.context import JobContext
from bankapp.jobs.ping_webhook import ping_webhook
from bankapp.mail.mailer import SmtpMailer
from tests.api.client import Api
from tests.clock import Clock
from tests.factories import Make
from tests.job_runner import MAIL_SETTINGS
from tests.webhooks.conftest import Hooks
from tests.webhooks.receiver import Receiver, verify

Connection = psycopg.Connection[tuple[object, ...]]


async def test_the_secret_that_is_shown_verifies(
    api: Api, hooks: Hooks, receiver: Receiver, connection: Connection
) -> None:
    """It is shown again under the key, and stands nowhere in the database."""
    alice = await api.person("alice")
    made = await alice.post("/v1/webhooks", key="k", url=receiver.url, types=["account.opened"])
    again = await alice.post("/v1/webhooks", key="k", url=receiver.url, types=["account.opened"])
    assert (made.status, again.status) == (201, 201)
    assert made.body == again.body
    assert made.body["secret"].startswith("whsec_")
    assert (made.body["owner"], made.body["status"]) == ("alice", "active")
    rows = connection.execute("SELECT response FROM idempotency_keys WHERE key = 'k'").fetchall()
    rows += connection.execute("SELECT e::text FROM webhook_endpoints AS e").fetchall()
    connection.commit()
    assert len(rows) == 2
    assert "whsec_" not in str(rows)
    account = await api.make.account(owner="alice")
    endpoint = await hooks.store.read.webhook_endpoints.get_webhook_endpoint(id=made.body["id"])
    assert endpoint is not None
    await hooks.drain(endpoint)
    [received] = receiver.requests
    event = verify(received, made.body["secret"])
    assert (event["type"], event["data"]["account_id"]) == ("account.opened", account.id)
    shown = (await alice.get(f"/v1/webhooks/{endpoint.id}")).body
    assert shown["last_status"] == 204
    assert "secret" not in shown


async def test_what_bankers_make_is_of_the_bank(api: Api) -> None:
    banker, other = [await api.person(name, Role.BANKER) for name in ("banker", "banker_2")]
    alice = await api.person("alice")
    url = "https://bank.example.org/hook"
    made = await banker.post("/v1/webhooks", url=url)
    assert (made.body["owner"], made.body["types"]) == (None, None)
    path = f"/v1/webhooks/{made.body['id']}"
    assert (await other.post(f"{path}/pause")).body["status"] == "paused"
    assert (await alice.get(path)).status == 404
    assert (await alice.delete(path)).status == 404
    assert len((await other.get("/v1/webhooks")).body["items"]) == 1
    assert (await alice.get("/v1/webhooks")).body["items"] == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example.org/",
        "https://user:password@shop.example.org/",
        "https://user@shop.example.org",
        "https://shop.example.org/#fragment",
        "https://",
        "https:///path",
        "https://shop.example.org:99999/",
        "https://shop.example.org/ /",
        "https://shop.example.org/\n",
        "https://shöp.example.org/",
        "https://shop.example.org\\@10.0.0.1/",
        "https://shop.example.org/" + "a" * 2000,
    ],
)
async def test_urls_that_are_refused(api: Api, url: str) -> None:
    alice = await api.person("alice")
    answer = await alice.post("/v1/webhooks", url=url)
    assert (answer.status, answer.wrong_fields) == (422, {"url"})


async def test_unknown_types_are_refused(api: Api) -> None:
    alice = await api.person("alice")
    for types in (["transfer.lost"], [], ["hold.placed", "hold.placed"]):
        answer = await alice.post("/v1/webhooks", url="https://a.example.org/", types=types)
        assert answer.status == 422


async def test_a_ping_is_signed_and_its_answer_is_shown(
    hooks: Hooks, make: Make, receiver: Receiver
) -> None:
    endpoint = await hooks.make(receiver.url)
    context = JobContext(
        hooks.bank, SmtpMailer("smtp://127.0.0.1:1"), MAIL_SETTINGS, None, hooks.sender
    )
    statuses = iter((204, 500))
    receiver.reply = lambda _: (next(statuses), {})
    for status in (204, 500):
        await ping_webhook(PingWebhook(webhook_id=endpoint.id), context)
        assert (await hooks.now(endpoint)).last_status == status
    body = verify(receiver.requests[0], hooks.bank.webhook_secrets.open(endpoint.sealed_secret))
    assert (body["type"], body["data"]) == ("webhook.ping", {"webhook_id": endpoint.id})
    # Webhooks are off, or it was deleted meanwhile.
    await ping_webhook(PingWebhook(webhook_id=endpoint.id), replace(context, webhook_sender=None))
    await ping_webhook(PingWebhook(webhook_id=999), context)
    assert len(receiver.requests) == 2


async def test_waits_and_leases_of_a_clock_ahead_end(
    hooks: Hooks, make: Make, receiver: Receiver, clock: Clock
) -> None:
    """Goal: a killed worker, and a server that asks to wait, while the clock runs ahead."""
    endpoint = await hooks.make(receiver.url)
    await make.account()
    clock.set(timedelta(days=365))
    receiver.reply = lambda _: (503, {"Retry-After": "60"})
    await hooks.drain(endpoint)
    deliveries = hooks.store.deliveries
    assert (await hooks.now(endpoint)).retry_at is not None
    clock.set(timedelta(days=366))
    assert await deliveries.claim(endpoint.id, UUID(int=1), hooks.sender.schedule.lease)
    clock.set(timedelta(0))
    receiver.reply = lambda _: (204, {})
    await hooks.drain(endpoint)
    assert len(receiver.accepted) == 3
