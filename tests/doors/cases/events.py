"""Cases of the feed of events."""

from typing import Final

from bankapp.domain import errors
from bankapp.operations.events import feed
from tests.doors.case import Case, Fields, owner_and_staff, refused
from tests.doors.shapes import EVENTS
from tests.doors.world import NO_ID, Requester, World


def _opening(world: World) -> Fields:
    # The feed waits for the transactions of other tests on the server.
    return {"account_id": world.account_id, "types": ["account.opened"], "wait_s": 25}


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
)
