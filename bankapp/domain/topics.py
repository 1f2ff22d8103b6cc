"""Topics of Kafka, and the headers of their records."""

from enum import StrEnum
from typing import Final

EVENTS: Final = "bank.events.v1"


class EventHeader(StrEnum):
    """The headers of an event: CloudEvents 1.0 in the binary mode of its binding to Kafka."""

    SPEC_VERSION = "ce_specversion"
    ID = "ce_id"
    TYPE = "ce_type"
    SOURCE = "ce_source"
    TIME = "ce_time"
    SUBJECT = "ce_subject"
    CONTENT_TYPE = "content-type"


EVENT_SPEC_VERSION: Final = "1.0"
JSON_TYPE: Final = "application/json"
