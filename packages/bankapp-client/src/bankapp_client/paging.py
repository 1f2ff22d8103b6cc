"""Lists, walked from the newest to the oldest."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Generic

from bankapp_client.call import Item, Page


@dataclass(frozen=True, slots=True)
class Pages(Generic[Item]):
    """The items of a list, fetched page by page as they are needed; `pages()` are the pages."""

    get: Callable[[str | None], Page[Item]]
    cursor: str | None

    def __iter__(self) -> Iterator[Item]:
        for page in self.pages():
            yield from page.items

    def pages(self) -> Iterator[Page[Item]]:
        """Page by page; the `next_cursor` of one goes on from there, another day as well."""
        cursor = self.cursor
        while True:
            page = self.get(cursor)
            yield page
            if (cursor := page.next_cursor) is None:
                return


@dataclass(frozen=True, slots=True)
class AsyncPages(Generic[Item]):
    """The items of a list, fetched page by page as they are needed; `pages()` are the pages."""

    get: Callable[[str | None], Coroutine[Any, Any, Page[Item]]]
    cursor: str | None

    async def __aiter__(self) -> AsyncIterator[Item]:
        async for page in self.pages():
            for item in page.items:
                yield item

    async def pages(self) -> AsyncIterator[Page[Item]]:
        """Page by page; the `next_cursor` of one goes on from there, another day as well."""
        cursor = self.cursor
        while True:
            page = await self.get(cursor)
            yield page
            if (cursor := page.next_cursor) is None:
                return
