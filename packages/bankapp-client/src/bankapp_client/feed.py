"""The feed of events, from the oldest to the newest."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Final

from bankapp_client.generated.models import AnyEvent, EventPage

WAIT_S: Final = 25


@dataclass(slots=True)
class Feed:
    """The events behind `cursor`, fetched page by page as they are read.

    `cursor` moves as events or pages are given, to stand behind the last one. After an error, or
    in another process with a cursor that was kept, reading goes on from there.
    """

    get: Callable[[str | None], EventPage]
    cursor: str | None
    is_endless: bool

    def __iter__(self) -> Iterator[AnyEvent]:
        while True:
            page = self.get(self.cursor)
            for event in page.items:
                self.cursor = event.id
                yield event
            self.cursor = page.next_cursor
            if not (page.has_more or self.is_endless):
                return

    def pages(self) -> Iterator[EventPage]:
        """The pages. One without events is given, too, when nothing has happened for a while."""
        while True:
            page = self.get(self.cursor)
            self.cursor = page.next_cursor
            yield page
            if not (page.has_more or self.is_endless):
                return


@dataclass(slots=True)
class AsyncFeed:
    """The events behind `cursor`, fetched page by page as they are read.

    `cursor` moves as events or pages are given, to stand behind the last one. After an error, or
    in another process with a cursor that was kept, reading goes on from there.
    """

    get: Callable[[str | None], Coroutine[Any, Any, EventPage]]
    cursor: str | None
    is_endless: bool

    async def __aiter__(self) -> AsyncIterator[AnyEvent]:
        while True:
            page = await self.get(self.cursor)
            for event in page.items:
                self.cursor = event.id
                yield event
            self.cursor = page.next_cursor
            if not (page.has_more or self.is_endless):
                return

    async def pages(self) -> AsyncIterator[EventPage]:
        """The pages. One without events is given, too, when nothing has happened for a while."""
        while True:
            page = await self.get(self.cursor)
            self.cursor = page.next_cursor
            yield page
            if not (page.has_more or self.is_endless):
                return
