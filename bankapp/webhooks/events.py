"""Reads what an endpoint is to be sent, as its owner would see it in the feed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bankapp import tuning
from bankapp.operations.events.declared import NAMES
from bankapp.operations.events.telling import tell
from bankapp.store.events.facts import Fact
from bankapp.store.events.reading import Wanted
from bankapp.store.store import Store
from bankapp.webhooks.sender import Message
from gen import models


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An event to be sent, by its position, and how often that was tried in vain."""

    position: int
    message: Message
    failure_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """Events in order, and the position up to which all were read."""

    items: Sequence[Item]
    position: int
    has_more: bool


async def read_page(store: Store, endpoint: models.WebhookEndpoint, after: int) -> ItemPage:
    """The next events behind a position."""
    names = frozenset(filter(None, endpoint.types)) & NAMES if endpoint.types else NAMES
    wanted = Wanted(names=names, username=endpoint.owner)
    # The position is in the same database as the events, and so of the epoch that they are of.
    page = await store.feed.get_page_behind(wanted, after, tuning.WEBHOOK_PAGE_SIZE)
    return ItemPage(
        items=[_item(fact, page.place.epoch, page.account_ids) for fact in page.facts],
        position=page.place.position,
        has_more=page.has_more,
    )


async def read_parked(
    store: Store, endpoint: models.WebhookEndpoint, parked: Sequence[models.WebhookDelivery]
) -> list[Item]:
    """Parked events."""
    tries = {delivery.position: delivery.try_count for delivery in parked}
    wanted = Wanted(names=NAMES, username=endpoint.owner)
    found = await store.feed.get_facts(wanted, sorted(tries))
    return [
        _item(fact, found.place.epoch, found.account_ids, failure_count=tries[fact.position])
        for fact in found.facts
    ]


def _item(
    fact: Fact, epoch: int, visible_ids: Collection[int] | None, failure_count: int = 0
) -> Item:
    event = tell(fact, epoch, visible_ids)
    message = Message(id=event.id, body=event.model_dump_json().encode())
    return Item(position=fact.position, message=message, failure_count=failure_count)
