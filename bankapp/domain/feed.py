"""Places in the feed of events."""

import re
from dataclasses import dataclass
from typing import Final

from bankapp.domain import limits

_PLACE: Final = re.compile(r"([1-9][0-9]{0,18})-(0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the feed: behind the event at a position, in an epoch of the database's history.

    Its text is the id of that event, and a cursor.
    """

    epoch: int
    position: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.position}"

    def before(self) -> "Place":
        """A place that the event at this one follows."""
        return Place(self.epoch, max(self.position - 1, 0))

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place with this text. Raises ValueError."""
        found = _PLACE.fullmatch(text)
        if found is None or max(epoch := int(found[1]), position := int(found[2])) > limits.ID_MAX:
            raise ValueError("is not a place in the feed")
        return cls(epoch, position)
