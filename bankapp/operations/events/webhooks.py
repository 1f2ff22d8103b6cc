"""Webhooks: events sent to servers of customers, and of the bank."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bankapp.domain import errors, limits
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.webhooks import NewWebhook
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller
from bankapp.operations.events.webhook import (
    Types,
    Url,
    Webhook,
    WebhookRequest,
    own_webhook,
    shown_webhook,
    visible_webhook,
)
from bankapp.operations.fields import (
    Accepted,
    Id,
    Kept,
    NoContent,
    Page,
    PageRequest,
    RequestModel,
    SomeUsername,
    page_of,
)
from bankapp.operations.operation import operation
from bankapp.store.engine.idempotency import Answer
from gen import models
from gen.enums import WebhookStatus


class WebhookSecret(Webhook):
    """A webhook with its secret, which is shown this once."""

    secret: Annotated[str, Field(repr=False, examples=["whsec_…"])]


class CreateWebhookRequest(RequestModel):
    """Without `types`, all events are sent, also those to come."""

    url: Url
    types: Annotated[Types, Field(min_length=1)] | None = None


class ListWebhooksRequest(PageRequest):
    """`owner` is for bankers; the default is the caller, for bankers the bank."""

    owner: SomeUsername | None = None


class ChangeWebhookRequest(RequestModel):
    """A field that is left out stays as it is; an empty list of types stands for all."""

    webhook_id: Id
    url: Url | None = None
    types: Types | None = None


class RotateSecretRequest(RequestModel):
    """`ends_previous` is for a secret that leaked: it does not sign along."""

    webhook_id: Id
    ends_previous: bool = False


@operation(idempotent=True, refuses=(errors.TooManyWebhooks,), limits=(limits.WEBHOOK_CHANGES,))
async def create_webhook(
    bank: Bank, caller: Caller, request: CreateWebhookRequest, key: RequestKey | None
) -> Answer[WebhookSecret | Kept]:
    """Have events sent to a server from now on: of customers their own, of bankers all.

    The webhook of a banker is the bank's, and every banker's to change. The secret verifies the
    signatures (Standard Webhooks 1.0); it is shown this once.
    """
    _require_tls(bank, request.url)
    place = await bank.store.feed.last_place()
    new = NewWebhook(
        owner=None if caller.is_banker() else caller.username,
        url=request.url,
        types=request.types,
        sealed_secret=bank.webhook_secrets.create(),
        position=place.position,
    )

    def render(made: models.WebhookEndpoint) -> str:
        # The answer is kept under the key, and must not reveal the secret there.
        return _with_secret(made, made.sealed_secret).model_dump_json()

    answer = await bank.store.webhooks.create(new, key, render, origin=caller.origin)
    kept = Kept.model_validate_json(answer.result)
    secret = bank.webhook_secrets.open(kept.model_dump()["secret"])
    return Answer(kept.model_copy(update={"secret": secret}), answer.replayed_request_id)


@operation(refuses=(errors.NotFound,))
async def list_webhooks(bank: Bank, caller: Caller, request: ListWebhooksRequest) -> Page[Webhook]:
    """List the webhooks of a customer, or of the bank, newest first."""
    endpoints = bank.store.read.webhook_endpoints
    if request.owner is None and caller.is_banker():
        rows = await endpoints.list_webhook_endpoints_of_bank(
            before_id=request.cursor, row_count_max=request.row_count_max
        )
    else:
        owner = caller.username if request.owner is None else request.owner
        if not caller.may_see(owner):
            raise errors.NotFound
        rows = await endpoints.list_webhook_endpoints(
            owner=owner, before_id=request.cursor, row_count_max=request.row_count_max
        )
    return page_of(rows, request, item=shown_webhook, position=lambda row: row.id)


@operation(refuses=(errors.NotFound,))
async def get_webhook(bank: Bank, caller: Caller, request: WebhookRequest) -> Webhook:
    """Get a webhook. Its owner and bankers may see it."""
    return shown_webhook(await visible_webhook(bank, caller, request.webhook_id))


@operation(refuses=(errors.NotFound,), limits=(limits.WEBHOOK_CHANGES,))
async def change_webhook(bank: Bank, caller: Caller, request: ChangeWebhookRequest) -> Webhook:
    """Change the URL or the events of a webhook of one's own; of the bank's every banker may."""
    await own_webhook(bank, caller, request.webhook_id)
    if request.url is None and request.types is None:
        raise errors.ValidationFailed(
            violations=[errors.Violation("url", "is required, or types: something has to change")]
        )
    if request.url is not None:
        _require_tls(bank, request.url)
    types: Sequence[str] | None = request.types
    changed = await bank.store.webhooks.change(
        request.webhook_id,
        request.url,
        None if types is None else list(types),
        origin=caller.origin,
    )
    return shown_webhook(changed)


@operation(refuses=(errors.NotFound,), limits=(limits.WEBHOOK_CHANGES,))
async def pause_webhook(bank: Bank, caller: Caller, request: WebhookRequest) -> Webhook:
    """Pause a webhook: events wait until it is resumed."""
    await own_webhook(bank, caller, request.webhook_id)
    paused = await bank.store.webhooks.set_status(
        request.webhook_id, WebhookStatus.PAUSED, origin=caller.origin
    )
    return shown_webhook(paused)


@operation(refuses=(errors.NotFound,), limits=(limits.WEBHOOK_CHANGES,))
async def resume_webhook(bank: Bank, caller: Caller, request: WebhookRequest) -> Webhook:
    """Go on with a webhook that was paused or disabled, or is failing: what waits is sent."""
    await own_webhook(bank, caller, request.webhook_id)
    resumed = await bank.store.webhooks.set_status(
        request.webhook_id, WebhookStatus.ACTIVE, origin=caller.origin
    )
    return shown_webhook(resumed)


@operation(refuses=(errors.NotFound,))
async def delete_webhook(bank: Bank, caller: Caller, request: WebhookRequest) -> NoContent:
    """Delete a webhook. Nothing more is sent, and what it has not taken is forgotten."""
    await own_webhook(bank, caller, request.webhook_id)
    await bank.store.webhooks.delete(request.webhook_id, origin=caller.origin)
    return NoContent()


@operation(refuses=(errors.NotFound,), limits=(limits.WEBHOOK_CHANGES,))
async def rotate_webhook_secret(
    bank: Bank, caller: Caller, request: RotateSecretRequest
) -> WebhookSecret:
    """Give a webhook a new secret. Both sign for 24 hours, unless the old one has leaked."""
    await own_webhook(bank, caller, request.webhook_id)
    sealed = bank.webhook_secrets.create()
    rotated = await bank.store.webhooks.rotate(
        request.webhook_id, sealed, overlaps=not request.ends_previous, origin=caller.origin
    )
    return _with_secret(rotated, bank.webhook_secrets.open(sealed))


@operation(refuses=(errors.NotFound,), limits=(limits.PINGS,))
async def ping_webhook(bank: Bank, caller: Caller, request: WebhookRequest) -> Accepted:
    """Have a signed `webhook.ping` sent, once. `last_status` of the webhook is how it went."""
    await own_webhook(bank, caller, request.webhook_id)
    await bank.store.webhooks.ping(request.webhook_id)
    return Accepted()


def _require_tls(bank: Bank, url: str) -> None:
    if bank.rules.requires_tls and not url.startswith("https://"):
        violation = errors.Violation("url", "must be an https:// URL")
        raise errors.ValidationFailed(violations=[violation])


def _with_secret(row: models.WebhookEndpoint, secret: str) -> WebhookSecret:
    return WebhookSecret(**dict(shown_webhook(row)), secret=secret)
