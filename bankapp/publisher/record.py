"""An event as a record of Kafka: JSON, with the headers of CloudEvents 1.0."""

from collections.abc import Sequence
from dataclasses import dataclass

from bankapp.domain import topics
from bankapp.domain.feed import Place
from bankapp.domain.topics import EventHeader
from bankapp.operations.events.telling import tell
from bankapp.store.events.facts import Fact


@dataclass(frozen=True, slots=True)
class Record:
    """A record without a key, which is not yet published."""

    place: Place
    value: bytes
    headers: Sequence[tuple[str, bytes]]


def to_record(fact: Fact, epoch: int, source: str) -> Record:
    """The record of a fact, as a banker sees it."""
    event = tell(fact, epoch, None)
    values = {
        EventHeader.SPEC_VERSION: topics.EVENT_SPEC_VERSION,
        EventHeader.ID: event.id,
        EventHeader.TYPE: fact.name,
        EventHeader.SOURCE: source,
        EventHeader.TIME: event.timestamp.isoformat(),
        EventHeader.SUBJECT: event.subject,
        EventHeader.CONTENT_TYPE: topics.JSON_TYPE,
    }
    headers = [(name.value, values[name].encode()) for name in EventHeader]
    return Record(Place(epoch, fact.position), event.model_dump_json().encode(), headers)
