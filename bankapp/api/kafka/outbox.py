"""Writes letters, and asks brokers about topics."""

import asyncio
import math
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient

from bankapp import tuning
from bankapp.api.kafka.errand import NotTaken, NotWritten
from bankapp.api.kafka.letters import Letter
from bankapp.domain import errors
from bankapp.settings.brokers import Config

_ANY_PARTITION: Final = -1
_POLL_S: Final = 0.1
_METADATA_S: Final = 3.0
# Of these another try is of no use.
_FINAL: Final = {
    KafkaError._UNKNOWN_TOPIC,  # noqa: SLF001 - the public name of the constant
    KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001 - as above
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.TOPIC_EXCEPTION,
    KafkaError.POLICY_VIOLATION,
    KafkaError.INVALID_RECORD,
}
_TOO_LARGE: Final = {KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE}


class Outbox:
    """Writes letters, each acknowledged by all replicas in sync.

    Nothing is made of their order, and a reply may be written twice, so it needs no idempotence.
    """

    def __init__(self, config: Config) -> None:
        self._threads = ThreadPoolExecutor(2, "kafka-outbox")
        self._producer = Producer(
            {
                **config,
                "acks": "all",
                "compression.type": "zstd",
                "linger.ms": 0,
                "message.max.bytes": tuning.REPLY_BYTES_MAX,
                "message.timeout.ms": int(tuning.REPLY_TIMEOUT_S * 1000),
                "topic.metadata.propagation.max.ms": 1000,
            }
        )
        self._admin = AdminClient(config)
        self._counts: dict[str, int] = {}
        self._asked_at_s = -math.inf
        self._is_closed = False
        self._polling = asyncio.create_task(self._poll())

    async def write(self, letter: Letter) -> None:
        """Write a letter, and wait until it is acknowledged. Raises NotWritten, NotTaken."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[KafkaError | None] = loop.create_future()

        def note(error: KafkaError | None, _: Message) -> None:
            loop.call_soon_threadsafe(_resolve, written, error)

        try:
            self._producer.produce(
                letter.topic,
                value=letter.value,
                headers=[*letter.headers],
                partition=_ANY_PARTITION if letter.partition is None else letter.partition,
                on_delivery=note,
            )
        except BufferError:
            raise NotWritten("_QUEUE_FULL") from None
        except KafkaException as error:
            raise _failure(error.args[0]) from error
        problem = await written
        if problem is not None:
            raise _failure(problem)

    async def count_partitions(self, topic: str) -> int | None:
        """The number of partitions of a topic; None if there is none. Raises Unavailable.

        All topics are asked for, because to ask for one by its name would create it at some
        brokers.
        """
        age_s = time.monotonic() - self._asked_at_s
        is_known = topic in self._counts and age_s < tuning.REPLY_TOPIC_KNOWN_S
        if not is_known and age_s >= tuning.REPLY_TOPIC_MISSING_S:
            self._counts = await self._ask()
            self._asked_at_s = time.monotonic()
        return self._counts.get(topic)

    async def close(self) -> None:
        """Stop; what is not acknowledged may still arrive."""
        self._is_closed = True
        self._producer.purge()
        await self._polling
        self._threads.shutdown(wait=False)

    async def _ask(self) -> dict[str, int]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(
                self._threads, lambda: self._admin.list_topics(timeout=_METADATA_S)
            )
        except KafkaException as error:
            raise errors.Unavailable from error
        return {name: len(topic.partitions) for name, topic in found.topics.items()}

    async def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._is_closed:
            await loop.run_in_executor(self._threads, self._producer.poll, _POLL_S)
        self._producer.poll(0)


def _resolve(written: "asyncio.Future[KafkaError | None]", error: KafkaError | None) -> None:
    if not written.done():
        written.set_result(error)


def _failure(error: KafkaError) -> NotWritten | NotTaken:
    name, code = str(error.name()), error.code()
    if code in _TOO_LARGE:
        return NotTaken(name, is_large=True)
    return NotTaken(name, is_large=False) if code in _FINAL else NotWritten(name)
