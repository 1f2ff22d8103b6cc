"""From a record to its reply: the same walk as behind every door."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final, TypeAlias

import structlog

from bankapp.api.kafka.letters import Letter, dead_letter, problem_letter, result_letter
from bankapp.api.kafka.record import (
    Command,
    Record,
    ReplyAddress,
    Unreadable,
    read_address,
    read_command,
    request_headers,
    user_agent,
)
from bankapp.api.problems import AnswerTooLarge, DeadlinePassed, status_of
from bankapp.domain import errors
from bankapp.domain.topics import DeadReason, ReplyHeader
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.exchange import Exchange, RequestSpans
from bankapp.operations.serving import serve
from bankapp.telemetry import metrics

METHOD: Final = "COMMAND"  # in the log, where HTTP has GET or POST
# The number of partitions of a topic; None if there is no such topic. Raises Unavailable.
CountPartitions: TypeAlias = Callable[[str], Awaitable[int | None]]
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.commands")


def clock() -> datetime:
    """The time by the clock of this process."""
    return datetime.now(UTC)


@dataclass(slots=True)
class _Work:
    """A record on its way; what is known of it by now."""

    record: Record
    exchange: Exchange
    address: ReplyAddress | None = None
    command: Command | None = None


class CommandService:
    """Serves commands to the bank. `dead_topic` takes those that nobody can serve."""

    def __init__(
        self,
        bank: Bank,
        dead_topic: str,
        count_partitions: CountPartitions,
        spans: RequestSpans | None = None,
        now: Callable[[], datetime] = clock,
    ) -> None:
        self._bank = bank
        self._dead_topic = dead_topic
        self._count_partitions = count_partitions
        self._spans = spans
        self._now = now

    async def serve(self, record: Record) -> list[Letter] | None:
        """What is to be written about a record; None if it has to be tried again.

        A reply, a dead letter, or both. The record is done once all of it is written.
        """
        with Exchange(METHOD, request_headers(record), self._spans) as exchange:
            work = _Work(record, exchange)
            try:
                return await self._serve(work)
            except Unreadable as error:
                return self._bury(work, error.reason, error.refusal)
            except Exception as error:  # noqa: BLE001 - the log has the error, its sender a reply
                refusal = exchange.refuse(error)
                exchange.status = status_of(refusal).value
                return self._refuse(work, refusal)

    def give_up(self, record: Record, letter: Letter, problem: str, *, is_large: bool) -> Letter:
        """What is written instead of a letter that brokers do not take."""
        _log.warning("reply not taken", topic=letter.topic, problem=problem)
        if is_large:
            address = read_address(record)
            return problem_letter(AnswerTooLarge(), address, _request_id(letter))
        detail = f"The reply could not be written to {letter.topic}: {problem}"
        return self._dead(record, DeadReason.REPLY, detail, _request_id(letter))

    async def _serve(self, work: _Work) -> list[Letter]:
        record, exchange = work.record, work.exchange
        address = read_address(record)
        await self._require_topic(address)
        work.address = address  # from here on its sender can be told
        now = self._now()
        command = work.command = read_command(record, now)
        exchange.operation = command.operation.name
        if now >= command.deadline:
            raise DeadlinePassed
        served = await serve(
            self._bank,
            command.operation,
            exchange,
            Visitor.at_door(None, user_agent(record), exchange.request_id),
            command.content,
            token=command.token,
            keys=command.keys,
        )
        exchange.status = HTTPStatus.OK.value
        self._count(work, "done")
        return [result_letter(served, address, exchange.request_id)]

    async def _require_topic(self, address: ReplyAddress) -> None:
        """Nothing is done of which nobody could be told. Raises Unreadable, Unavailable."""
        count = await self._count_partitions(address.topic)
        if count is None:
            detail = "The topic that `reply-to` names does not exist, or the bank may not see it."
        elif address.partition is not None and address.partition >= count:
            detail = "The topic that `reply-to` names has no such partition."
        else:
            return
        raise Unreadable(DeadReason.REPLY_TOPIC, errors.MalformedRequest(detail))

    def _refuse(self, work: _Work, refusal: errors.Refusal) -> list[Letter] | None:
        """The letters about a refused command; None if it is to be tried again."""
        if isinstance(refusal, errors.Unavailable):
            self._count(work, "unavailable")
            return None
        if work.address is None or work.command is None:  # the headers are beyond this door
            return self._letters_about(work, DeadReason.HEADERS, refusal)
        if (fault := work.command.content.fault) is not None:
            return self._letters_about(work, fault, refusal)
        self._count(work, "late" if isinstance(refusal, DeadlinePassed) else "refused")
        return [problem_letter(refusal, work.address, work.exchange.request_id)]

    def _bury(self, work: _Work, reason: DeadReason, refusal: errors.Refusal) -> list[Letter]:
        """The letters about a command that cannot be read."""
        exchange = work.exchange
        exchange.refuse(refusal)
        exchange.status = status_of(refusal).value
        return self._letters_about(work, reason, refusal)

    def _letters_about(
        self, work: _Work, reason: DeadReason, refusal: errors.Refusal
    ) -> list[Letter]:
        """A dead letter, and a reply where there is an address for it."""
        self._count(work, "dead")
        request_id = work.exchange.request_id
        dead = self._dead(work.record, reason, refusal.detail, request_id)
        if work.address is None:
            return [dead]
        return [dead, problem_letter(refusal, work.address, request_id)]

    def _dead(self, record: Record, reason: DeadReason, detail: str, request_id: str) -> Letter:
        _log.warning(
            "dead command",
            reason=reason.value,
            partition=record.partition,
            offset=record.offset,
            request_id=request_id,
        )
        return dead_letter(self._dead_topic, record, reason, detail, request_id)

    def _count(self, work: _Work, outcome: str) -> None:
        metrics.KAFKA_COMMANDS.labels(work.exchange.operation or "none", outcome).inc()


def _request_id(letter: Letter) -> str:
    return dict(letter.headers)[ReplyHeader.REQUEST_ID].decode()
