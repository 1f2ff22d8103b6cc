"""What the door writes: replies, and commands that nobody can serve."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bankapp.api.kafka.commands import SERVED
from bankapp.api.kafka.record import Record, ReplyAddress
from bankapp.api.problems import problem_of
from bankapp.domain import errors, limits, topics
from bankapp.domain.topics import CommandHeader, DeadHeader, DeadReason, ReplyHeader
from bankapp.operations.serving import Served

_DETAIL_LENGTH_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A record to be written; without a partition any will do."""

    topic: str
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    partition: int | None = None


def result_letter(served: Served, address: ReplyAddress, request_id: str) -> Letter:
    """The reply to a command that was done."""
    headers = {
        ReplyHeader.CONTENT_TYPE: topics.JSON_TYPE,
        ReplyHeader.REPLAYED: _flag(is_set=served.is_replay),
    }
    value = served.response.model_dump_json().encode()
    return _reply(address, request_id, headers, value)


def problem_letter(refusal: errors.Refusal, address: ReplyAddress, request_id: str) -> Letter:
    """The reply to a command that was refused."""
    headers = {
        ReplyHeader.CONTENT_TYPE: topics.PROBLEM_TYPE,
        ReplyHeader.REPLAYED: _flag(is_set=refusal.replayed_request_id is not None),
    }
    if isinstance(refusal, errors.RateLimited):
        headers[ReplyHeader.RETRY_AFTER] = str(refusal.retry_after_s)
    problem = problem_of(refusal, request_id)
    value = json.dumps(problem, ensure_ascii=False, separators=(",", ":")).encode()
    return _reply(address, request_id, headers, value)


def dead_letter(
    topic: str, record: Record, reason: DeadReason, detail: str, request_id: str
) -> Letter:
    """A command that nobody can serve, without its token.

    Its value is left out where it may be large or hold a password, as that of an operation may
    that is not served.
    """
    said = {
        DeadHeader.REASON: reason.value,
        DeadHeader.DETAIL: detail[:_DETAIL_LENGTH_MAX],
        DeadHeader.TOPIC: record.topic,
        DeadHeader.PARTITION: str(record.partition),
        DeadHeader.OFFSET: str(record.offset),
        DeadHeader.REQUEST_ID: request_id,
    }
    kept = {name.value for name in CommandHeader if name is not CommandHeader.AUTHORIZATION}
    headers = [
        (name, value[:_DETAIL_LENGTH_MAX])
        for name, value in record.headers[: limits.COMMAND_HEADER_COUNT_MAX]
        if name in kept and value is not None
    ]
    operation = dict(record.headers).get(CommandHeader.OPERATION) or b""
    served = SERVED.get(operation.decode("ascii", "replace"))
    is_kept = served is not None and len(record.value) <= served.value_bytes_max
    return Letter(
        topic=topic,
        value=record.value if is_kept else b"",
        headers=[*headers, *((name.value, value.encode()) for name, value in said.items())],
    )


def _reply(
    address: ReplyAddress, request_id: str, headers: dict[ReplyHeader, str], value: bytes
) -> Letter:
    named = {
        ReplyHeader.CORRELATION_ID: address.correlation_id,
        ReplyHeader.REQUEST_ID: request_id,
        **headers,
    }
    return Letter(
        topic=address.topic,
        partition=address.partition,
        value=value,
        headers=[(name.value, text.encode()) for name, text in named.items()],
    )


def _flag(*, is_set: bool) -> str:
    return "true" if is_set else "false"
