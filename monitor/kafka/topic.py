"""The topic of events, read from an offset. All of it blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

from bankapp_client import UnexpectedAnswer
from monitor.kafka.brokers import Config

PARTITION: Final = 0
RECORD_COUNT_MAX: Final = 500
TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Record:
    """A record and its place in the topic."""

    offset: int
    value: bytes


class Topic:
    """A topic whose one partition has all events in their order."""

    def __init__(self, config: Config, name: str) -> None:
        self.name = name
        self._config = config
        self._consumer: Consumer | None = None

    def end(self) -> int:
        """The offset of the next record. Raises KafkaException, UnexpectedAnswer."""
        consumer = self._connect()
        try:
            self._require_one_partition(consumer)
            place = TopicPartition(self.name, PARTITION)
            return consumer.get_watermark_offsets(place, timeout=TIMEOUT_S)[1]
        finally:
            consumer.close()

    def open(self, offset: int | None) -> None:
        """Begin to read at an offset. Raises KafkaException, UnexpectedAnswer."""
        self._consumer = self._connect()
        self._require_one_partition(self._consumer)
        start = OFFSET_BEGINNING if offset is None else offset
        self._consumer.assign([TopicPartition(self.name, PARTITION, start)])

    def read(self, wait_s: float) -> Sequence[Record]:
        """The next records, once there are some; none after that time. Raises KafkaException."""
        assert self._consumer is not None
        found = self._consumer.consume(1, timeout=wait_s)
        if found:
            found += self._consumer.consume(RECORD_COUNT_MAX - 1, timeout=0)
        records: list[Record] = []
        for message in found:
            if (error := message.error()) is not None:
                raise KafkaException(error)
            offset = message.offset()
            assert offset is not None
            records.append(Record(offset, message.value() or b""))
        return records

    def close(self) -> None:
        """Stop reading."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None

    def _connect(self) -> Consumer:
        return Consumer(
            {
                **self._config,
                "group.id": "bankapp-monitor",  # never joined
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
            }
        )

    def _require_one_partition(self, consumer: Consumer) -> None:
        """Events of several partitions would have no order."""
        known = consumer.list_topics(self.name, timeout=TIMEOUT_S).topics[self.name]
        if known.error is not None:
            raise KafkaException(known.error)
        if len(known.partitions) != 1:
            raise UnexpectedAnswer("the topic of events has not one partition")
