"""What webhooks have not taken, and what is sent to them once more."""

from bankapp.domain import errors, limits
from bankapp.domain.feed import Place
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller
from bankapp.operations.events.declared import EventId, GivenEventId
from bankapp.operations.events.webhook import Webhook, own_webhook, shown_webhook, visible_webhook
from bankapp.operations.fields import (
    Id,
    Page,
    PageRequest,
    RequestModel,
    ResponseModel,
    Time,
    page_of,
)
from bankapp.operations.operation import operation
from gen import models


class FailedDelivery(ResponseModel):
    """An event that a webhook has not taken; it is not sent again where `next_try_at` is null."""

    event_id: EventId
    try_count: int
    last_status: int | None
    failed_at: Time
    next_try_at: Time | None


class ListFailedRequest(PageRequest):
    webhook_id: Id


class RetryRequest(RequestModel):
    webhook_id: Id
    event_id: GivenEventId


class ReplayRequest(RequestModel):
    """The events behind that with the id `after`, up to and with `until`, or to the last sent."""

    webhook_id: Id
    after: GivenEventId
    until: GivenEventId | None = None


@operation(refuses=(errors.NotFound,))
async def list_failed_deliveries(
    bank: Bank, caller: Caller, request: ListFailedRequest
) -> Page[FailedDelivery]:
    """List the events that a webhook has not taken, newest first. They are listed for 30 days."""
    await visible_webhook(bank, caller, request.webhook_id)
    rows = await bank.store.read.webhook_deliveries.list_webhook_deliveries(
        endpoint_id=request.webhook_id,
        before_position=request.cursor,
        row_count_max=request.row_count_max,
    )
    epoch = (await bank.store.feed.last_place()).epoch

    def shown(row: models.WebhookDelivery) -> FailedDelivery:
        return _failed(row, epoch)

    return page_of(rows, request, item=shown, position=lambda row: row.position)


@operation(refuses=(errors.NotFound,), limits=(limits.WEBHOOK_CHANGES,))
async def retry_delivery(bank: Bank, caller: Caller, request: RetryRequest) -> FailedDelivery:
    """Send an event that a webhook has not taken again now."""
    await own_webhook(bank, caller, request.webhook_id)
    place = Place.parse(request.event_id)
    epoch = (await bank.store.feed.last_place()).epoch
    if place.epoch != epoch:
        raise errors.NotFound
    return _failed(await bank.store.webhooks.retry(request.webhook_id, place.position), epoch)


@operation(
    refuses=(errors.NotFound, errors.FeedRewound, errors.ReplayInProgress),
    limits=(limits.WEBHOOK_CHANGES,),
)
async def replay_webhook(bank: Bank, caller: Caller, request: ReplayRequest) -> Webhook:
    """Send events once more, with the same ids, while new ones are sent as ever."""
    known = await own_webhook(bank, caller, request.webhook_id)
    epoch = (await bank.store.feed.last_place()).epoch
    after = Place.parse(request.after)
    until = None if request.until is None else Place.parse(request.until)
    if {after.epoch, (until or after).epoch} != {epoch}:
        raise errors.FeedRewound
    replayed = await bank.store.webhooks.replay(
        request.webhook_id, after.position, known.position if until is None else until.position
    )
    return shown_webhook(replayed)


def _failed(row: models.WebhookDelivery, epoch: int) -> FailedDelivery:
    return FailedDelivery(
        event_id=str(Place(epoch, row.position)),
        try_count=row.try_count,
        last_status=row.last_status,
        failed_at=row.failed_at,
        next_try_at=row.next_try_at,
    )
