"""Cases of the feed of events, and of webhooks."""

from typing import Final

from bankapp.domain import errors, limits
from bankapp.operations.events import deliveries, feed, webhooks
from tests.doors import case
from tests.doors.case import Ask, Case, Fields, Keyed, after, owner_and_staff, refused
from tests.doors.shapes import EVENTS, FAILED_DELIVERY, WEBHOOK, WEBHOOK_SECRET, page_of
from tests.doors.world import NO_ID, Requester, World

_URL: Final = "https://shop.example.org/bank"


def _opening(world: World) -> Fields:
    # The feed waits for the transactions of other tests on the server.
    return {"account_id": world.account_id, "types": ["account.opened"], "wait_s": 25}


def _webhook(world: World) -> Fields:
    return {"webhook_id": world.webhook_id}


def _failed(world: World) -> Fields:
    return {"webhook_id": world.webhook_id, "event_id": world.failed_event_id}


def _replay(world: World) -> Fields:
    return {"webhook_id": world.webhook_id, "after": "1-0", "until": world.failed_event_id}


async def _as_many_as_may_be(ask: Ask, world: World) -> Fields:
    known = await ask(webhooks.list_webhooks, world, Requester.OWNER, {})
    for _ in range(limits.WEBHOOK_COUNT_MAX - len(known["items"])):
        await ask(webhooks.create_webhook, world, Requester.OWNER, {"url": _URL})
    return {}


_NO_WEBHOOK: Final = refused(errors.NotFound, {"webhook_id": NO_ID})
# Bankers see the webhook of a customer, and change it no more than anybody else.
_OWNER_ALONE: Final = case.users(
    other=errors.NotFound, banker=errors.NotFound, admin=errors.NotFound
)
CASES: Final = (
    Case(
        operation=feed.list_events,
        request=_opening,
        who_may=owner_and_staff(),
        answer=EVENTS,
        provocations=[
            refused(errors.NotFound, {"account_id": NO_ID}),
            refused(errors.FeedRewound, {"cursor": "1000-0"}, by=Requester.OWNER),
        ],
    ),
    Case(
        operation=webhooks.create_webhook,
        request=lambda _: {"url": _URL, "types": ["transfer.posted"]},
        who_may=case.users(),
        answer=WEBHOOK_SECRET,
        provocations=[refused(errors.TooManyWebhooks, given=_as_many_as_may_be)],
        keyed=Keyed(other={"url": f"{_URL}/other"}, refused=errors.TooManyWebhooks),
        is_limited=True,
    ),
    Case(
        operation=webhooks.list_webhooks,
        request=lambda world: {"owner": world.owner},
        who_may=owner_and_staff(),
        answer=page_of(WEBHOOK),
        provocations=[refused(errors.NotFound, {"owner": "nobody_at_all"})],
    ),
    Case(
        operation=webhooks.get_webhook,
        request=_webhook,
        who_may=owner_and_staff(),
        answer=WEBHOOK,
        provocations=[_NO_WEBHOOK],
    ),
    Case(
        operation=webhooks.change_webhook,
        request=lambda world: {"webhook_id": world.webhook_id, "types": ["hold.placed"]},
        who_may=_OWNER_ALONE,
        answer=WEBHOOK,
        provocations=[_NO_WEBHOOK],
        is_limited=True,
    ),
    Case(
        operation=webhooks.pause_webhook,
        request=_webhook,
        who_may=_OWNER_ALONE,
        answer=WEBHOOK,
        provocations=[_NO_WEBHOOK],
        is_limited=True,
    ),
    Case(
        operation=webhooks.resume_webhook,
        request=_webhook,
        who_may=_OWNER_ALONE,
        answer=WEBHOOK,
        provocations=[_NO_WEBHOOK],
        is_limited=True,
    ),
    Case(
        operation=webhooks.delete_webhook,
        request=_webhook,
        who_may=_OWNER_ALONE,
        answer=None,
        provocations=[_NO_WEBHOOK],
    ),
    Case(
        operation=webhooks.rotate_webhook_secret,
        request=lambda world: {**_webhook(world), "ends_previous": False},
        who_may=_OWNER_ALONE,
        answer=WEBHOOK_SECRET,
        provocations=[_NO_WEBHOOK],
        is_limited=True,
    ),
    Case(
        operation=webhooks.ping_webhook,
        request=_webhook,
        who_may=_OWNER_ALONE,
        answer=None,
        provocations=[_NO_WEBHOOK],
        is_limited=True,
    ),
    Case(
        operation=deliveries.list_failed_deliveries,
        request=_webhook,
        who_may=owner_and_staff(),
        answer=page_of(FAILED_DELIVERY),
        provocations=[_NO_WEBHOOK],
    ),
    Case(
        operation=deliveries.retry_delivery,
        request=_failed,
        who_may=_OWNER_ALONE,
        answer=FAILED_DELIVERY,
        provocations=[_NO_WEBHOOK],
        is_limited=True,
    ),
    Case(
        operation=deliveries.replay_webhook,
        request=_replay,
        who_may=_OWNER_ALONE,
        answer=WEBHOOK,
        provocations=[
            _NO_WEBHOOK,
            refused(errors.FeedRewound, {"after": "1000-0"}),
            refused(
                errors.ReplayInProgress,
                given=after(deliveries.replay_webhook, Requester.OWNER, _replay),
            ),
        ],
        is_limited=True,
    ),
)
