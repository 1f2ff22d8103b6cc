"""The topic: made if it is missing, read at its end, and written to. All of it blocks."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from bankapp import tuning
from bankapp.domain.feed import Place
from bankapp.domain.topics import EventHeader
from bankapp.publisher.brokers import (
    PublishingFailed,
    Stopped,
    TopicUnusable,
    ask,
    describe,
)
from bankapp.publisher.record import Record
from bankapp.settings.brokers import Brokers

PARTITION: Final = 0
_POLL_S: Final = 0.1
_CREATION_TIMEOUT_S: Final = 5.0


class Topic:
    """A topic with one partition, whose order is the order of the feed."""

    def __init__(self, brokers: Brokers, name: str, is_stopping: Callable[[], bool]) -> None:
        self.name = name
        self._brokers = brokers
        self._is_stopping = is_stopping

    def ensure(self) -> int:
        """Create the topic if it is missing; returns the number of its partitions.

        Raises PublishingFailed, TopicUnusable, Stopped.
        """
        admin = AdminClient(self._brokers.config())
        topics = ask(lambda wait_s: admin.list_topics(timeout=wait_s), self._is_stopping).topics
        if self.name not in topics:
            self._create(admin)
            return 1
        return len(topics[self.name].partitions)

    def _create(self, admin: AdminClient) -> None:
        wanted = NewTopic(self.name, num_partitions=1, replication_factor=-1)
        created = admin.create_topics([wanted], request_timeout=_CREATION_TIMEOUT_S)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        try:
            cast("Future[None]", created[self.name]).result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise TopicUnusable(f"it cannot be created: {describe(error)}") from error

    def read_tail(self, count_max: int) -> list[Place]:
        """The places of the last records, oldest first; none if the topic is empty.

        Raises PublishingFailed, TopicUnusable, Stopped.
        """
        consumer = Consumer(
            {
                **self._brokers.config(),
                "group.id": "bankapp",  # never joined
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
            }
        )
        try:
            return [_place(message) for message in self._read_end(consumer, count_max)]
        finally:
            consumer.close()

    def _read_end(self, consumer: Consumer, count_max: int) -> Sequence[Message]:
        partition = TopicPartition(self.name, PARTITION)
        low, high = ask(
            lambda wait_s: consumer.get_watermark_offsets(partition, timeout=wait_s),
            self._is_stopping,
        )
        # Read up to the end that the broker tells by itself: some brokers tell a wrong `high`.
        begin = TopicPartition(self.name, PARTITION, max(low, high - count_max))
        consumer.assign([begin])
        found: deque[Message] = deque(maxlen=count_max)
        ends_at_s = time.monotonic() + tuning.PUBLISH_TIMEOUT_S
        while time.monotonic() < ends_at_s:
            if self._is_stopping():
                raise Stopped
            for message in consumer.consume(tuning.PUBLISH_BATCH_SIZE, timeout=_POLL_S):
                error = message.error()
                if error is None:
                    found.append(message)
                    ends_at_s = time.monotonic() + tuning.PUBLISH_TIMEOUT_S
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - its public name
                    return found
                else:
                    raise PublishingFailed(describe(error))
        raise PublishingFailed("the end of the topic was not reached in time")

    def open_writer(self) -> "Writer":
        """What records are written with until the first failure."""
        return Writer(self._brokers, self.name, self._is_stopping)


class Writer:
    """Writes records in their order, and is not to be used again after a failure."""

    def __init__(self, brokers: Brokers, topic: str, is_stopping: Callable[[], bool]) -> None:
        self._topic = topic
        self._is_stopping = is_stopping
        self._errors: list[KafkaError] = []
        self._producer = Producer(
            {
                **brokers.config(),
                "enable.idempotence": True,
                "acks": "all",
                "compression.type": "zstd",
                "linger.ms": 5,
                "delivery.report.only.error": True,
                "batch.num.messages": tuning.PUBLISH_BATCH_SIZE,
                "request.timeout.ms": int(tuning.PUBLISH_TIMEOUT_S * 500),
                "message.timeout.ms": int(tuning.PUBLISH_TIMEOUT_S * 1000),
            }
        )

    def write(self, records: Sequence[Record]) -> None:
        """Write records, and wait until all are acknowledged.

        Raises PublishingFailed, after which some of them may have been written, or Stopped.
        """
        for record in records:
            self._producer.produce(
                self._topic,
                value=record.value,
                headers=[*record.headers],
                partition=PARTITION,
                on_delivery=self._note,
            )
        while self._producer.flush(_POLL_S):
            if self._is_stopping():
                self._producer.purge()
                self._producer.flush(_POLL_S)
                raise Stopped
        if self._errors:
            raise PublishingFailed(describe(self._errors[0]))

    def _note(self, error: KafkaError | None, _: Message) -> None:
        if error is not None:
            self._errors.append(error)


def read_headers(message: Message) -> dict[str, str]:
    """The headers of a record as text."""
    pairs = cast("list[tuple[str, bytes | None]] | None", message.headers()) or []
    return {name: value.decode(errors="replace") for name, value in pairs if value is not None}


def _place(message: Message) -> Place:
    try:
        return Place.parse(read_headers(message).get(EventHeader.ID, ""))
    except ValueError:
        raise TopicUnusable(
            f"its record {message.offset()} has no {EventHeader.ID} of a bank"
        ) from None
