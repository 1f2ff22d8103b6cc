"""An event as a record of Kafka: JSON, with the headers of CloudEvents 1.0."""

from dataclasses import dataclass
from typing import Final

from bankapp.domain.feed import Place
from bankapp.operations.events.telling import tell
from bankapp.store.events.facts import Fact

ID_HEADER: Final = "ce_id"


@dataclass(frozen=True, slots=True)
class Record:
    """A record without a key, which is not yet published."""

    place: Place
    value: bytes
    headers: list[tuple[str, str | bytes | None]]


def to_record(fact: Fact, epoch: int, source: str) -> Record:
    """The record of a fact, as a banker sees it."""
    event = tell(fact, epoch, None)
    headers: list[tuple[str, str | bytes | None]] = [
        ("ce_specversion", b"1.0"),
        (ID_HEADER, event.id.encode()),
        ("ce_type", fact.name.encode()),
        ("ce_source", source.encode()),
        ("ce_time", event.timestamp.isoformat().encode()),
        ("ce_subject", event.subject.encode()),
        ("content-type", b"application/json"),
    ]
    return Record(Place(epoch, fact.position), event.model_dump_json().encode(), headers)
