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
PROBLEM_TYPE: Final = "application/problem+json"

COMMANDS: Final = "bank.commands.v1"
DEAD_COMMANDS: Final = "bank.commands.dead"
REPLIES_PATTERN: Final = r"bank\.replies\.[a-zA-Z0-9._-]{1,200}"
GROUP: Final = "bankapp.commands"


class CommandHeader(StrEnum):
    """The headers of a command; others are passed over."""

    OPERATION = "operation"
    AUTHORIZATION = "authorization"
    IDEMPOTENCY_KEY = "idempotency-key"
    CORRELATION_ID = "correlation-id"
    REPLY_TO = "reply-to"
    REPLY_PARTITION = "reply-partition"
    DEADLINE = "deadline"
    REQUEST_ID = "x-request-id"
    USER_AGENT = "user-agent"


class ReplyHeader(StrEnum):
    """The headers of a reply."""

    CORRELATION_ID = "correlation-id"
    CONTENT_TYPE = "content-type"
    REPLAYED = "replayed"
    REQUEST_ID = "x-request-id"
    RETRY_AFTER = "retry-after"


class DeadHeader(StrEnum):
    """The headers that a dead command has beside its own."""

    REASON = "dead-reason"
    DETAIL = "dead-detail"
    TOPIC = "dead-topic"
    PARTITION = "dead-partition"
    OFFSET = "dead-offset"
    REQUEST_ID = "dead-request-id"


class DeadReason(StrEnum):
    """The reason why a command is dead: nobody serves it, or nobody learns its outcome."""

    HEADERS = "headers"
    OPERATION = "operation"
    BODY = "body"
    SIZE = "size"
    REPLY_TOPIC = "reply_topic"
    REPLY = "reply"
