"""A record of the topic of commands, and what its headers say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from bankapp.api.json_object import read_object
from bankapp.api.kafka.commands import SERVED
from bankapp.api.problems import OperationNotServed, PayloadTooLarge
from bankapp.domain import errors, limits, topics
from bankapp.domain.topics import CommandHeader, DeadReason
from bankapp.operations.keys import only_key
from bankapp.operations.operation import Operation

Headers: TypeAlias = Sequence[tuple[str, bytes | None]]

_PRINTABLE: Final = re.compile(r"[ -~]+")
_REPLY_TOPIC: Final = re.compile(topics.REPLIES_PATTERN)
_PARTITION: Final = re.compile("0|[1-9][0-9]{0,5}")
_HEADER_BYTES_MAX: Final = limits.TOKEN_BYTES_MAX + len("Bearer ")
_LENGTHS: Final = {
    CommandHeader.AUTHORIZATION: _HEADER_BYTES_MAX,
    CommandHeader.CORRELATION_ID: limits.CORRELATION_ID_LENGTH_MAX,
    CommandHeader.USER_AGENT: limits.USER_AGENT_LENGTH_MAX,
}
_LENGTH_MAX: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record as it was read. `time` is that of the topic; None if it has none."""

    topic: str
    partition: int
    offset: int
    value: bytes
    headers: Headers
    time: datetime | None


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """The place where a reply is waited for; without a partition any will do."""

    topic: str
    partition: int | None
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that can be served, not authenticated and its value not read yet."""

    operation: Operation
    token: str | None
    keys: Sequence[str]
    deadline: datetime
    content: "CommandContent"


class Unreadable(Exception):
    """A command that nobody can serve. The refusal is for its sender, if a reply can be sent."""

    def __init__(self, reason: DeadReason, refusal: errors.Refusal) -> None:
        self.reason = reason
        self.refusal = refusal
        super().__init__(refusal.detail)


class CommandContent:
    """The value of a command. `fault` is the reason if it could not be read."""

    __slots__ = ("_value", "fault")

    def __init__(self, value: bytes) -> None:
        self._value = value
        self.fault: DeadReason | None = None

    @property
    def is_large(self) -> bool:
        """Whether it is one of those of which each caller has a few at a time."""
        return len(self._value) > limits.BODY_BYTES_MAX

    async def receive(self) -> None:
        """Nothing: all of it has arrived."""

    def read(self) -> Mapping[str, Any]:
        """The fields; none if there is no value. Raises MalformedRequest, PayloadTooLarge."""
        try:
            return read_object(self._value) if self._value else {}
        except errors.MalformedRequest:
            self.fault = DeadReason.BODY
            raise
        except PayloadTooLarge:
            self.fault = DeadReason.SIZE
            raise


def read_address(record: Record) -> ReplyAddress:
    """Where the reply goes. Raises Unreadable, of which its sender cannot be told."""
    if len(record.headers) > limits.COMMAND_HEADER_COUNT_MAX:
        raise _refused(DeadReason.HEADERS, "There are too many headers.")
    topic = _only(record, CommandHeader.REPLY_TO)
    if topic is None or not _REPLY_TOPIC.fullmatch(topic):
        raise _refused(DeadReason.REPLY_TOPIC, "`reply-to` must name a topic bank.replies.*")
    correlation_id = _only(record, CommandHeader.CORRELATION_ID)
    if correlation_id is None:
        raise _refused(DeadReason.HEADERS, "`correlation-id` is needed")
    partition = _only(record, CommandHeader.REPLY_PARTITION)
    if partition is not None and not _PARTITION.fullmatch(partition):
        raise _refused(DeadReason.REPLY_TOPIC, "`reply-partition` must be the number of one")
    return ReplyAddress(topic, None if partition is None else int(partition), correlation_id)


def read_command(record: Record, now: datetime) -> Command:
    """What is to be done. Raises Unreadable."""
    served = SERVED.get(_only(record, CommandHeader.OPERATION) or "")
    if served is None:
        raise Unreadable(DeadReason.OPERATION, OperationNotServed())
    if len(record.value) > served.value_bytes_max:
        raise Unreadable(DeadReason.SIZE, PayloadTooLarge())
    key = _only(record, CommandHeader.IDEMPOTENCY_KEY)
    if key is None and served.operation.idempotent:
        raise _refused(DeadReason.HEADERS, "`idempotency-key` is needed for this operation")
    keys = [] if key is None else [key]
    try:
        only_key(keys)
    except errors.MalformedRequest as error:
        raise Unreadable(DeadReason.HEADERS, error) from None
    return Command(
        operation=served.operation,
        token=_bearer_token(record),
        keys=keys,
        deadline=_deadline(record, now),
        content=CommandContent(record.value),
    )


def request_headers(record: Record) -> dict[str, str]:
    """The headers that name the request and its trace, as HTTP has them."""
    found = {name: value for name, value in record.headers if value is not None}
    wanted = {CommandHeader.REQUEST_ID: "X-Request-Id", "traceparent": "traceparent"}
    return {
        name: found[header].decode("ascii", "replace")
        for header, name in wanted.items()
        if header in found
    }


def user_agent(record: Record) -> str:
    """The sender's program, as far as it tells."""
    return _only(record, CommandHeader.USER_AGENT) or ""


def _deadline(record: Record, now: datetime) -> datetime:
    """When it is too late to begin, which is before the bank could forget the key.

    Raises Unreadable, also where the time of the record is ahead of this clock.
    """
    time = record.time
    if time is None or time > now + limits.COMMAND_CLOCK_OFFSET_MAX:
        raise _refused(DeadReason.HEADERS, "The time of the record is ahead of the bank's clock.")
    given = _only(record, CommandHeader.DEADLINE)
    if given is None:
        return time + limits.COMMAND_AGE_DEFAULT
    try:
        deadline = datetime.fromisoformat(given)
        if deadline.tzinfo is None:
            raise ValueError(given)
    except ValueError:
        raise _refused(
            DeadReason.HEADERS, "`deadline` must be a time with its offset, as in RFC 3339"
        ) from None
    return min(deadline, time + limits.COMMAND_AGE_MAX)


def _bearer_token(record: Record) -> str | None:
    scheme, _, token = (_only(record, CommandHeader.AUTHORIZATION) or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _only(record: Record, name: CommandHeader) -> str | None:
    """The value of a header; None where there is none. Raises Unreadable."""
    values = [value for header, value in record.headers if header == name]
    if not values:
        return None
    value = (values[0] or b"").decode("ascii", "replace")
    is_long = len(value) > _LENGTHS.get(name, _LENGTH_MAX)
    if len(values) > 1 or is_long or not _PRINTABLE.fullmatch(value):
        raise _refused(
            DeadReason.HEADERS, f"`{name}` must be given once, in printable ASCII, and not too long"
        )
    return value


def _refused(reason: DeadReason, detail: str) -> Unreadable:
    return Unreadable(reason, errors.MalformedRequest(detail))
