"""An event as a record of Kafka: JSON, with the headers of CloudEvents 1.0."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bankapp.domain import topics
from bankapp.domain.feed import Place
from bankapp.domain.topics import EventHeader
from bankapp.operations.events.telling import tell
from bankapp.store.events.facts import Fact

_SAME_FOR_ALL: Final = (
    (EventHeader.SPEC_VERSION, topics.EVENT_SPEC_VERSION.encode()),
    (EventHeader.CONTENT_TYPE, topics.JSON_TYPE.encode()),
)


@dataclass(frozen=True, slots=True)
class Record:
    """A record without a key, which is not yet published."""

    place: Place
    value: bytes
    headers: Sequence[tuple[str, bytes]]


def to_record(fact: Fact, epoch: int, source: str) -> Record:
    """The record of a fact, as a banker sees it."""
    event = tell(fact, epoch, None)
    headers = [
        *_SAME_FOR_ALL,
        (EventHeader.ID, event.id.encode()),
        (EventHeader.TYPE, fact.name.encode()),
        (EventHeader.SOURCE, source.encode()),
        (EventHeader.TIME, event.timestamp.isoformat().encode()),
        (EventHeader.SUBJECT, event.subject.encode()),
    ]
    return Record(Place(epoch, fact.position), event.model_dump_json().encode(), headers)
