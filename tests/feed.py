"""Reads the feed in tests, where transactions of other tests on the server hold it up at times."""

from bankapp.operations.events.declared import NAMES
from bankapp.store.events.facts import Fact
from bankapp.store.events.reading import Wanted
from bankapp.store.store import Store

TRY_COUNT_MAX = 100_000
EVERYTHING = Wanted(names=NAMES)


async def settle(store: Store) -> int:
    """Return the last position as soon as all that was drawn by now is settled."""
    wanted = (await store.feed.settle()).drawn_position
    for _ in range(TRY_COUNT_MAX):
        if (horizon := await store.feed.settle()).settled_position >= wanted:
            return horizon.settled_position
    raise AssertionError("the feed stands still")


async def facts(store: Store, wanted: Wanted = EVERYTHING) -> list[Fact]:
    """All facts from the beginning."""
    await settle(store)
    found: list[Fact] = []
    page = await store.feed.get_page(wanted, None, 500)
    while page.facts or page.has_more:
        found += page.facts
        page = await store.feed.get_page(wanted, page.place, 500)
    return found
