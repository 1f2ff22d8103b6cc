"""A webhook, as its owner sees it, and the fields of one."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from bankapp.domain import errors, limits
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller
from bankapp.operations.events.declared import NAMES, EventName
from bankapp.operations.fields import Id, RequestModel, ResponseModel, Time, Username
from gen import models
from gen.enums import WebhookStatus

_URL: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(/[!-~]*)?")


def _sendable(url: str) -> str:
    if not _URL.fullmatch(url) or set(url) & set('#"<>\\'):
        raise ValueError("must be an https:// URL in ASCII, without user name and fragment")
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        has_host = False
    if not has_host:
        raise ValueError("must name a host, and a port that exists")
    return url


def _unique(types: list[str]) -> list[str]:
    if len(set(types)) < len(types):
        raise ValueError("must not name an event twice")
    return types


Url = Annotated[
    str,
    Field(
        max_length=limits.WEBHOOK_URL_LENGTH_MAX,
        pattern="^https?://",
        examples=["https://shop.example.org/bank"],
    ),
    AfterValidator(_sendable),
]
Types = Annotated[list[EventName], Field(max_length=len(NAMES)), AfterValidator(_unique)]


class ReplayProgress(ResponseModel):
    """Events that are being sent once more: up to `position` of `until`, numbers of event ids."""

    position: int
    until: int


class Webhook(ResponseModel):
    """A server to which events are sent.

    The `owner` of one of the bank's is null. `types` are the events that are sent, null for all.
    `last_status` is that of the last try, null if there was no answer. While `status` is
    `failing`, one event is sent at `retry_at`, and the others wait until one is taken. `position`
    is how far the server is, the number of the last event's id; events that it refused are listed
    by `GET /v1/webhooks/{webhook_id}/failed`.
    """

    id: Id
    owner: Username | None
    url: str
    types: list[str] | None
    status: WebhookStatus
    failing_since: Time | None
    retry_at: Time | None
    last_tried_at: Time | None
    last_status: int | None
    previous_secret_until: Time | None
    position: int
    replay: ReplayProgress | None
    created_at: Time


class WebhookRequest(RequestModel):
    webhook_id: Id


async def visible_webhook(bank: Bank, caller: Caller, webhook_id: int) -> models.WebhookEndpoint:
    found = await bank.store.read.webhook_endpoints.get_webhook_endpoint(id=webhook_id)
    if found is None or not caller.may_see(found.owner):
        raise errors.NotFound
    return found


async def own_webhook(bank: Bank, caller: Caller, webhook_id: int) -> models.WebhookEndpoint:
    """A webhook that the caller may change. Raises NotFound."""
    found = await visible_webhook(bank, caller, webhook_id)
    if found.owner not in (None, caller.username):
        raise errors.NotFound
    return found


def shown_webhook(row: models.WebhookEndpoint) -> Webhook:
    replay = None
    if row.replay_position is not None and row.replay_until_position is not None:
        replay = ReplayProgress(position=row.replay_position, until=row.replay_until_position)
    return Webhook(
        id=row.id,
        owner=row.owner,
        url=row.url,
        types=None if row.types is None else [name for name in row.types if name is not None],
        status=row.status,
        failing_since=row.failing_since,
        retry_at=row.retry_at,
        last_tried_at=row.last_tried_at,
        last_status=row.last_status,
        previous_secret_until=row.previous_until,
        position=row.position,
        replay=replay,
        created_at=row.created_at,
    )
