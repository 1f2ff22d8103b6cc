"""Webhooks: the endpoints, as their owners set them up."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from bankapp.domain import errors, events, limits
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.jobs import PingWebhook
from bankapp.domain.origin import Origin
from bankapp.domain.webhooks import NewWebhook
from bankapp.store.engine.idempotency import Answer
from bankapp.store.engine.jobs import enqueue
from bankapp.store.engine.transaction import Transactions
from bankapp.store.events import audit
from gen import models
from gen.enums import WebhookStatus
from gen.queries import AsyncQueries

Row = TypeVar("Row")


class Webhooks:
    """The transactions on the endpoints of webhooks. All but `create` raise NotFound."""

    def __init__(self, transactions: Transactions) -> None:
        self._run = transactions.run
        self._run_once = transactions.run_once
        self._run_statement = transactions.run_statement

    async def create(
        self,
        new: NewWebhook,
        key: RequestKey | None,
        render: Callable[[models.WebhookEndpoint], str],
        *,
        origin: Origin,
    ) -> Answer[str]:
        """Make an endpoint once under the key; the answer is what `render` makes of it.

        Raises TooManyWebhooks, IdempotencyKeyReused.
        """

        async def step(q: AsyncQueries) -> str:
            return render(await create_webhook(q, new, origin))

        return await self._run_once(key, step)

    async def change(
        self, webhook_id: int, url: str | None, types: list[str] | None, *, origin: Origin
    ) -> models.WebhookEndpoint:
        """Change the URL, or the types of which an empty list stands for all."""
        return await self._run(change_webhook, webhook_id, url, types, origin)

    async def set_status(
        self, webhook_id: int, status: WebhookStatus, *, origin: Origin
    ) -> models.WebhookEndpoint:
        """Pause an endpoint, or make it active again."""
        return await self._run(set_webhook_status, webhook_id, status, origin)

    async def rotate(
        self, webhook_id: int, sealed_secret: str, *, overlaps: bool, origin: Origin
    ) -> models.WebhookEndpoint:
        """Give an endpoint a new secret; the one before signs along for a day if it `overlaps`."""
        return await self._run(rotate_secret, webhook_id, sealed_secret, overlaps, origin)

    async def replay(self, webhook_id: int, after: int, until: int) -> models.WebhookEndpoint:
        """Send the events between two positions once more. Raises ReplayInProgress."""
        return await self._run(replay_webhook, webhook_id, after, until)

    async def ping(self, webhook_id: int) -> None:
        """Have a worker send a message that is no event."""
        await self._run_statement(enqueue, PingWebhook(webhook_id=webhook_id))

    async def delete(self, webhook_id: int, *, origin: Origin) -> None:
        """Delete an endpoint, with what it has not taken."""
        await self._run(delete_webhook, webhook_id, origin)

    async def retry(self, webhook_id: int, position: int) -> models.WebhookDelivery:
        """Send a parked event again, as soon as a worker can."""
        parked = await self._run_statement(
            lambda q: q.webhook_deliveries.retry_webhook_delivery(
                endpoint_id=webhook_id,
                position=position,
                try_count_max=limits.WEBHOOK_TRY_COUNT_MAX - 1,
            )
        )
        return _found(parked)


async def create_webhook(
    q: AsyncQueries, new: NewWebhook, origin: Origin
) -> models.WebhookEndpoint:
    if new.owner is not None:
        await q.users.lock_user(username=new.owner)  # of two at once the second counts the first
        count = await q.webhook_endpoints.count_webhook_endpoints(owner=new.owner)
        if count >= limits.WEBHOOK_COUNT_MAX:
            raise errors.TooManyWebhooks
    made = await q.webhook_endpoints.insert_webhook_endpoint(
        owner=new.owner,
        url=new.url,
        types=new.types,
        sealed_secret=new.sealed_secret,
        position=new.position,
    )
    created = events.WebhookCreated(webhook_id=made.id, owner=made.owner, details=_details(made))
    await audit.record(q, origin, created)
    return made


async def change_webhook(
    q: AsyncQueries, webhook_id: int, url: str | None, types: list[str] | None, origin: Origin
) -> models.WebhookEndpoint:
    before = await _lock(q, webhook_id)
    after = await q.webhook_endpoints.update_webhook_endpoint(
        id=webhook_id,
        url=before.url if url is None else url,
        types=before.types if types is None else (types or None),
    )
    return await _changed(q, before, _found(after), origin)


async def set_webhook_status(
    q: AsyncQueries, webhook_id: int, status: WebhookStatus, origin: Origin
) -> models.WebhookEndpoint:
    before = await _lock(q, webhook_id)
    if before.status is status:
        return before
    after = await q.webhook_endpoints.update_webhook_status(id=webhook_id, status=status)
    return await _changed(q, before, _found(after), origin)


async def rotate_secret(
    q: AsyncQueries,
    webhook_id: int,
    sealed_secret: str,
    overlaps: bool,  # noqa: FBT001 - a step takes its arguments by position
    origin: Origin,
) -> models.WebhookEndpoint:
    rotated = _found(
        await q.webhook_endpoints.rotate_webhook_secret(
            id=webhook_id,
            sealed_secret=sealed_secret,
            overlap=limits.WEBHOOK_SECRET_OVERLAP if overlaps else None,
        )
    )
    event = events.WebhookSecretRotated(webhook_id=rotated.id, owner=rotated.owner)
    await audit.record(q, origin, event)
    return rotated


async def replay_webhook(
    q: AsyncQueries, webhook_id: int, after: int, until: int
) -> models.WebhookEndpoint:
    known = await _lock(q, webhook_id)
    if known.replay_position is not None:
        raise errors.ReplayInProgress
    until = min(until, known.position)  # what follows is sent anyway
    if after >= until:
        return known
    replayed = await q.webhook_endpoints.update_webhook_replay(
        id=webhook_id, replay_position=after, replay_until_position=until
    )
    return _found(replayed)


async def delete_webhook(q: AsyncQueries, webhook_id: int, origin: Origin) -> None:
    known = await _lock(q, webhook_id)
    await q.webhook_endpoints.delete_webhook_endpoint(id=webhook_id)
    deleted = events.WebhookDeleted(webhook_id=known.id, owner=known.owner)
    await audit.record(q, origin, deleted)


async def _lock(q: AsyncQueries, webhook_id: int) -> models.WebhookEndpoint:
    return _found(await q.webhook_endpoints.lock_webhook_endpoint(id=webhook_id))


async def _changed(
    q: AsyncQueries,
    before: models.WebhookEndpoint,
    after: models.WebhookEndpoint,
    origin: Origin,
) -> models.WebhookEndpoint:
    changed = events.WebhookChanged(
        webhook_id=after.id, owner=after.owner, before=_details(before), after=_details(after)
    )
    await audit.record(q, origin, changed)
    return after


def _details(webhook: models.WebhookEndpoint) -> events.WebhookDetails:
    return events.WebhookDetails(
        host=urlsplit(webhook.url).hostname or "",
        types=", ".join(filter(None, webhook.types or ["all"])),
        status=webhook.status,
    )


def _found(row: Row | None) -> Row:
    if row is None:
        raise errors.NotFound
    return row
