"""Events in the order of the feed, as they are stored together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic_core import to_json

from bankapp_client import UnexpectedAnswer, models

_PLACE: Final = re.compile(r"([1-9][0-9]{0,18})-(0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an event: its id is the epoch and the position."""

    epoch: int
    position: int

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place of an id. Raises UnexpectedAnswer."""
        if (match := _PLACE.fullmatch(text)) is None:
            raise UnexpectedAnswer("the id of an event is no place in the feed")
        return cls(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the bank and its place."""

    place: Place
    event: models.AnyEvent

    @property
    def position(self) -> int:
        return self.place.position

    @property
    def happened_at(self) -> datetime:
        return self.event.timestamp

    @property
    def content(self) -> str:
        """Its data as JSON."""
        return to_json(self.event.data).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What was read at once. `next_cursor` leads on; `has_more` says that there is more already.

    `record_offset` is that of the next record, where a topic of Kafka was read.
    """

    happenings: Sequence[Happening]
    next_cursor: str
    has_more: bool
    record_offset: int | None = None

    @classmethod
    def of_page(cls, page: models.EventPage) -> "Batch":
        """A page of the feed. Raises UnexpectedAnswer."""
        return cls(
            happenings=[Happening(Place.parse(event.id), event) for event in page.items],
            next_cursor=page.next_cursor,
            has_more=page.has_more,
        )
