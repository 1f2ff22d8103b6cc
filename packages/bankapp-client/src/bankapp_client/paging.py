"""Lists, from the newest item to the oldest."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Generic

from bankapp_client.call import Item, Page


@dataclass(frozen=True, slots=True)
class Pages(Generic[Item]):
    """The items of a list, fetched page by page as they are read."""

    get: Callable[[str | None], Page[Item]]
    cursor: str | None

    def __iter__(self) -> Iterator[Item]:
        for page in self.pages():
            yield from page.items

    def pages(self) -> Iterator[Page[Item]]:
        """The pages. The `next_cursor` of a page continues the list after it, at any later time."""
        cursor = self.cursor
        while True:
            page = self.get(cursor)
            yield page
            if (cursor := page.next_cursor) is None:
                return


@dataclass(frozen=True, slots=True)
class AsyncPages(Generic[Item]):
    """The items of a list, fetched page by page as they are read."""

    get: Callable[[str | None], Coroutine[Any, Any, Page[Item]]]
    cursor: str | None

    async def __aiter__(self) -> AsyncIterator[Item]:
        async for page in self.pages():
            for item in page.items:
                yield item

    async def pages(self) -> AsyncIterator[Page[Item]]:
        """The pages. The `next_cursor` of a page continues the list after it, at any later time."""
        cursor = self.cursor
        while True:
            page = await self.get(cursor)
            yield page
            if (cursor := page.next_cursor) is None:
                return
