"""Reads commands as a member of a group. All of it blocks."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, cast

import structlog
from confluent_kafka import (
    TIMESTAMP_NOT_AVAILABLE,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from bankapp import tuning
from bankapp.api.kafka.record import Record
from bankapp.settings.brokers import Config

Revoked = Callable[[Sequence[int]], None]
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.commands")
# A new start finds the topic again, or makes it.
_GONE: Final = {
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._UNKNOWN_TOPIC,  # noqa: SLF001 - the public name of the constant
    KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001 - as above
    KafkaError._MAX_POLL_EXCEEDED,  # noqa: SLF001 - as above
}


class Broken(Exception):
    """Reading cannot go on, and has to be begun anew."""


class Inbox:
    """The partitions of the topic that this member of the group has.

    `give_up` is called with partitions that others get, and has to end what is under way there.
    """

    def __init__(self, config: Config, topic: str, group: str, give_up: Revoked) -> None:
        self._topic = topic
        self._give_up = give_up
        self._revoked: set[int] = set()
        self._done: dict[int, int] = {}
        self.partition_count = 0  # that the group has given to this member
        self._consumer = Consumer(
            {
                **config,
                "group.id": group,
                "session.timeout.ms": int(tuning.COMMAND_SESSION_TIMEOUT_S * 1000),
                "heartbeat.interval.ms": int(tuning.COMMAND_SESSION_TIMEOUT_S * 1000 / 4),
                "max.poll.interval.ms": int(tuning.COMMAND_REBALANCE_TIMEOUT_S * 1000),
                # The offsets that are stored are those of commands whose replies are acknowledged.
                "enable.auto.commit": True,
                "enable.auto.offset.store": False,
                "auto.commit.interval.ms": 1000,
                # A group without offsets begins with the oldest command: what it has done before
                # it does not do again, as keys and deadlines see to.
                "auto.offset.reset": "earliest",
                "topic.metadata.refresh.interval.ms": 10_000,
                "queued.max.messages.kbytes": tuning.COMMAND_BUFFER_BYTES // 1024,
            }
        )
        self._consumer.subscribe(
            [topic],
            on_assign=self._note_assigned,
            on_revoke=self._note_revoked,
            on_lost=self._note_revoked,
        )

    def read(self) -> list[Record]:
        """What has arrived, after a short wait if nothing has. Raises Broken."""
        self._store()
        records: list[Record] = []
        wait_s = tuning.COMMAND_POLL_S
        while len(records) < tuning.COMMAND_READ_COUNT:
            message = self._consumer.poll(wait_s)
            wait_s = 0
            if self._revoked:
                # Others get what was read before; what follows is of the new assignment.
                records = [one for one in records if one.partition not in self._revoked]
                self._revoked.clear()
            if message is None:
                break
            error = message.error()
            if error is None:
                records.append(_record(message))
            else:
                _note(error)
        return records

    def note_done(self, record: Record) -> None:
        """Have the group go on behind a record, should this member end.

        It is stored with the next read, because the library would wait for the end of one.
        """
        self._done[record.partition] = record.offset + 1

    def _store(self) -> None:
        for partition in list(self._done):
            offset = self._done.pop(partition)  # the loop may note a later one at any moment
            try:
                self._consumer.store_offsets(
                    offsets=[TopicPartition(self._topic, partition, offset)]
                )
            except KafkaException as error:
                # Another has the partition, and does the command again under its key.
                _log.info("command done for another", problem=str(error.args[0].name()))

    def pause(self, partition: int) -> None:
        """Fetch no more of a partition."""
        self._consumer.pause([TopicPartition(self._topic, partition)])

    def resume(self, partition: int) -> None:
        """Fetch a partition again."""
        self._consumer.resume([TopicPartition(self._topic, partition)])

    def end_of(self, partition: int) -> int:
        """The offset behind the last record, as far as it is known."""
        place = TopicPartition(self._topic, partition)
        found = self._consumer.get_watermark_offsets(place, cached=True)
        known = cast("tuple[int, int] | None", found)
        return 0 if known is None else max(0, known[1])

    def close(self) -> None:
        """Give up all partitions, commit, and leave the group."""
        self._store()
        self._consumer.close()

    def _note_assigned(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self.partition_count = len(partitions)

    def _note_revoked(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self.partition_count = 0
        numbers = [partition.partition for partition in partitions]
        self._revoked.update(numbers)
        self._give_up(numbers)
        self._store()


def _record(message: Message) -> Record:
    kind, time_ms = message.timestamp()
    has_time = kind != TIMESTAMP_NOT_AVAILABLE and 0 <= time_ms < _TIME_MS_MAX
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None
    assert partition is not None
    assert offset is not None
    return Record(
        topic=topic,
        partition=partition,
        offset=offset,
        value=message.value() or b"",
        headers=_headers(message),
        time=datetime.fromtimestamp(time_ms / 1000, UTC) if has_time else None,
    )


def _headers(message: Message) -> list[tuple[str, bytes | None]]:
    """None where the library cannot read their names, which makes the record a dead one."""
    try:
        return cast("list[tuple[str, bytes | None]] | None", message.headers()) or []
    except (UnicodeDecodeError, SystemError):
        return []


_TIME_MS_MAX: Final = 253_402_300_799_000  # of the year 9999


def _note(error: KafkaError) -> None:
    """Log an error that goes away by itself. Raises Broken for any other."""
    if error.fatal() or error.code() in _GONE:
        raise Broken(str(error.name()))
    _log.warning("not reading commands", problem=str(error.name()))
