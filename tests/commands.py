"""Asks the bank by commands of Kafka, as any program could."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self, cast
from uuid import uuid4

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from bankapp.api.kafka.door import serving_commands
from bankapp.api.kafka.topics import Topics
from bankapp.operations.bank import Bank
from bankapp.publisher.topic import read_headers
from tests.brokers import brokers_at, read_topic
from tests.processes.processes import until

TIMEOUT_S: Final = 30.0


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply as it came."""

    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str | None:
        """The code of the problem; None for a success."""
        is_problem = self.headers["content-type"] == "application/problem+json"
        return str(self.body["code"]) if is_problem else None

    @property
    def is_replay(self) -> bool:
        """Whether it was given before."""
        return self.headers["replayed"] == "true"


@dataclass(frozen=True)
class Places:
    """Topics of one test alone."""

    topics: Topics
    replies: str


def new_places() -> Places:
    """Topics that do not exist yet."""
    name = uuid4().hex
    topics = Topics(
        commands=f"bank.commands.{name}", dead=f"bank.dead.{name}", group=f"bankapp.{name}"
    )
    return Places(topics, f"bank.replies.{name}")


def create_topic(server: str, topic: str, partition_count: int = 1) -> None:
    """Create a topic, and wait until it is there."""
    wanted = NewTopic(topic, num_partitions=partition_count, replication_factor=1)
    admin = AdminClient(brokers_at(server).config())  # kept until the topic is created
    created = admin.create_topics([wanted])  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    cast("Future[None]", created[topic]).result()


@dataclass
class Asker:
    """Sends commands, and reads partition 0 of one topic of replies."""

    server: str
    places: Places
    replies: dict[str, list[Reply]] = field(default_factory=dict[str, list[Reply]])

    def __post_init__(self) -> None:
        config = brokers_at(self.server).config()
        self._producer = Producer({**config, "acks": "all", "linger.ms": 0})
        self._consumer = Consumer(
            {**config, "group.id": "test", "enable.auto.commit": False, "fetch.wait.max.ms": 50}
        )
        self._consumer.assign([TopicPartition(self.places.replies, 0, 0)])
        self._threads = ThreadPoolExecutor(1)
        self._arrived = asyncio.Condition()
        self._is_closed = False

    def headers(self, operation: str, token: str | None, key: str | None = None) -> dict[str, str]:
        """The headers of a good command, each with a correlation id of its own."""
        headers = {
            "operation": operation,
            "correlation-id": uuid4().hex,
            "reply-to": self.places.replies,
            "reply-partition": "0",
        }
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return headers if key is None else {**headers, "idempotency-key": key}

    def send(
        self,
        headers: Mapping[str, str] | Sequence[tuple[str, str | bytes | None]],
        fields: object,
        *,
        partition: int | None = None,
        time_ms: int = 0,
    ) -> None:
        """Send a command; `fields` that are bytes are sent as they are."""
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        self._producer.produce(
            self.places.topics.commands,
            value=fields if isinstance(fields, bytes) else json.dumps(fields).encode(),
            headers=[*pairs],
            partition=-1 if partition is None else partition,
            timestamp=time_ms,
        )
        self._producer.poll(0)

    def flush(self) -> None:
        """Wait until all that was sent is acknowledged."""
        assert self._producer.flush(TIMEOUT_S) == 0

    async def ask(self, headers: Mapping[str, str], fields: object, **kwargs: Any) -> Reply:
        """Send a command and wait for its reply."""
        self.send(headers, fields, **kwargs)
        return await self.reply(headers["correlation-id"])

    async def reply(self, correlation_id: str, count: int = 1) -> Reply:
        """The last of as many replies to a command."""
        async with asyncio.timeout(TIMEOUT_S), self._arrived:
            await self._arrived.wait_for(lambda: len(self.replies.get(correlation_id, [])) >= count)
        return self.replies[correlation_id][count - 1]

    def dead(self) -> list[Message]:
        """All dead letters."""
        return read_topic(self.server, self.places.topics.dead)

    async def until_dead(self, count: int = 1) -> list[Message]:
        """The dead letters, once there are as many."""

        def enough() -> list[Message]:
            found = self.dead()
            return found if len(found) >= count else []

        return await asyncio.to_thread(until, enough, TIMEOUT_S)

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_closed = True
        await self._reading
        self._consumer.close()
        self._threads.shutdown()

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._is_closed:
            message = await loop.run_in_executor(self._threads, self._consumer.poll, 0.05)
            self._producer.poll(0)
            if message is None:
                continue
            error = message.error()
            assert error is None or error.retriable() or error.code() in _MISSING, error
            if error is None:
                async with self._arrived:
                    reply = _reply(message)
                    self.replies.setdefault(reply.headers["correlation-id"], []).append(reply)
                    self._arrived.notify_all()


_MISSING: Final = {KafkaError.UNKNOWN_TOPIC_OR_PART}


def _reply(message: Message) -> Reply:
    value = message.value()
    assert isinstance(value, bytes)
    return Reply(headers=read_headers(message), body=json.loads(value))


@asynccontextmanager
async def asking(server: str, places: Places) -> AsyncGenerator[Asker]:
    """An asker with a topic of replies, while the block runs."""
    create_topic(server, places.replies)
    async with Asker(server, places) as asker:
        yield asker


@asynccontextmanager
async def serving(bank: Bank, server: str, places: Places) -> AsyncGenerator[asyncio.Event]:
    """The door of a bank while the block runs, which ends early when the event is set."""
    stop = asyncio.Event()
    async with serving_commands(bank, brokers_at(server), stop, topics=places.topics):
        yield stop
