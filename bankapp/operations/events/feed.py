"""The feed of events."""

from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from bankapp.domain import errors, limits
from bankapp.domain.feed import Place
from bankapp.operations.admission import renewed
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller
from bankapp.operations.events.declared import NAMES, AnyEvent, EventId, EventName, checked_id
from bankapp.operations.events.telling import tell
from bankapp.operations.fields import Id, RequestModel, ResponseModel, Text, number
from bankapp.operations.ledger.accounts import visible_account
from bankapp.operations.operation import operation
from bankapp.operations.turns import in_turns
from bankapp.store.events.feed import FeedPage
from bankapp.store.events.reading import Wanted

_END: Final = "last"


def _names(value: object) -> object:
    """Read names from a place where all values are text."""
    return value.split(",") if type(value) is Text else value


def _checked(cursor: str) -> str:
    return cursor if cursor == _END else checked_id(cursor)


class ListEventsRequest(RequestModel):
    """`cursor` is the `next_cursor` of the page before, the id of an event, or `last`: the end.

    Without one the feed begins with the first event. While there is nothing to show the answer
    waits, up to `wait_s` seconds. `types` and `account_id` select events.
    """

    cursor: (
        Annotated[
            str,
            Field(pattern=rf"^([1-9]\d*-\d+|{_END})$", examples=["1-123"]),
            AfterValidator(_checked),
        ]
        | None
    ) = None
    limit: Annotated[
        int, Field(strict=True, ge=1, le=limits.FEED_PAGE_SIZE_MAX), BeforeValidator(number)
    ] = limits.FEED_PAGE_SIZE_DEFAULT
    types: Annotated[
        list[EventName] | None,
        BeforeValidator(_names, json_schema_input_type=list[EventName] | None),
        Field(max_length=len(NAMES)),
    ] = None
    account_id: Id | None = None
    wait_s: (
        Annotated[int, Field(strict=True, ge=1, le=limits.FEED_WAIT_MAX_S), BeforeValidator(number)]
        | None
    ) = None


class EventPage(ResponseModel):
    """A page of the feed, oldest first.

    `next_cursor` leads on, also from the last page and from an empty one. `has_more` says that
    there is more to read at once, even if `items` is empty.
    """

    items: list[AnyEvent]
    next_cursor: EventId
    has_more: bool


@operation(refuses=(errors.NotFound, errors.FeedRewound))
async def list_events(bank: Bank, caller: Caller, request: ListEventsRequest) -> EventPage:
    """What happened, in order: to oneself and one's own accounts, for bankers to all."""
    page = await _page(bank, caller, request, request.wait_s or 0)
    if request.wait_s is not None:
        # Whoever has lost the session or the role while waiting is told what others are told.
        present = await renewed(bank, caller)
        if present.role is not caller.role:
            page = await _page(bank, present, request, 0)
    return EventPage(
        items=[
            tell(fact, page.place.epoch, page.account_ids) async for fact in in_turns(page.facts)
        ],
        next_cursor=str(page.place),
        has_more=page.has_more,
    )


async def _page(bank: Bank, caller: Caller, request: ListEventsRequest, wait_s: int) -> FeedPage:
    if request.account_id is not None:
        await visible_account(bank, caller, request.account_id)
    wanted = Wanted(
        names=NAMES if request.types is None else frozenset(request.types),
        account_id=request.account_id,
        username=None if caller.is_banker() else caller.username,
    )
    place = await _place(bank, request.cursor)
    return await bank.store.feed.wait_for_page(
        wanted, place, request.limit, wait_s, reader=caller.username
    )


async def _place(bank: Bank, cursor: str | None) -> Place | None:
    if cursor == _END:
        return await bank.store.feed.last_place()
    return None if cursor is None else Place.parse(cursor)
