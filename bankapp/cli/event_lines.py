"""The events of the bank as lines of JSON."""

from collections.abc import Sequence
from dataclasses import dataclass

from bankapp.command_errors import Failure
from bankapp.domain import errors, limits
from bankapp.domain.feed import Place
from bankapp.operations.events.declared import NAMES
from bankapp.operations.events.telling import tell
from bankapp.store.engine.transaction import create_pool
from bankapp.store.events.reading import Wanted
from bankapp.store.store import Store


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events are printed, and after which place; None is the beginning."""

    names: frozenset[str]
    place: Place | None


def read_selection(types: Sequence[str] | None, after: str | None) -> Selection:
    """What the arguments of the command say. Raises Failure."""
    unknown = set(types or ()) - NAMES
    if unknown:
        known = ", ".join(sorted(NAMES))
        raise Failure(f"no type of event is called {min(unknown)}; there are {known}")
    try:
        place = None if after is None else Place.parse(after)
    except ValueError:
        raise Failure(f"{after} is not the id of an event, such as 1-42") from None
    return Selection(frozenset(types) if types else NAMES, place)


async def print_events(url: str, selection: Selection, *, follows: bool) -> None:
    """Print them, one a line, and with `follows` those to come. Raises Failure."""
    async with create_pool(url) as pool:
        feed = Store(pool).feed
        place = selection.place
        if follows and place is None:
            place = await feed.last_place()
        wait_s = limits.FEED_WAIT_MAX_S if follows else 0
        wanted = Wanted(selection.names)
        try:
            while True:
                page = await feed.wait_for_page(wanted, place, limits.FEED_PAGE_SIZE_MAX, wait_s)
                for fact in page.facts:
                    print(tell(fact, page.place.epoch, None).model_dump_json(), flush=True)
                place = page.place
                if not (follows or page.has_more):
                    return
        except errors.FeedRewound:
            raise Failure("the database was set back since: begin without --after") from None
