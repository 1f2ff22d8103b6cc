"""The client over Kafka: calls are commands of a topic, and answers come in a topic of replies.

It needs the extra `kafka`.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, cast

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)

from bankapp_client.answers import read_problem, read_result
from bankapp_client.call import Call, Endpoint, Result, new_key
from bankapp_client.core import USER_AGENT
from bankapp_client.generated.asynchronous import AsyncOperations
from bankapp_client.generated.problems import RateLimited
from bankapp_client.problem import Problem, UnexpectedAnswer, Unreachable

Token: TypeAlias = str | Callable[[], Awaitable[str]]
Config: TypeAlias = Mapping[str, str | int | float | bool]

COMMAND_TOPIC: Final = "bank.commands.v1"
PROBLEM_TYPE: Final = "application/problem+json"
TIMEOUT_S: Final = 30.0
RESEND_AFTER_S: Final = 5.0
# The bank's answer that the deadline has passed may come a little later.
_GRACE_S: Final = 2.0
_POLL_S: Final = 0.1
_CONNECT_TIMEOUT_S: Final = 10.0
_SEND_TIMEOUT_MIN_S: Final = 2.0
_DRAIN_COUNT: Final = 1000
_FAILURE_PAUSE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Reply:
    content: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _NotSent:
    reason: str


_Outcome: TypeAlias = _Reply | _NotSent


class KafkaClient(AsyncOperations):
    """The bank behind a topic of commands, for one user; tasks of one event loop may share it.

    `brokers` are host:port, several separated by commas. `token` is an access token, or gives one
    for each call. Replies come in `reply_topic`, a topic `bank.replies.*` that exists and that
    nobody else may read. Further settings of librdkafka, such as those of TLS, are `config`.

    A call that has no answer is sent again under its key every `resend_after_s` seconds, until
    `timeout_s` is over; then the bank begins it no more. Use the client in an `async with` block.
    """

    def __init__(
        self,
        *,
        brokers: str,
        token: Token,
        reply_topic: str,
        timeout_s: float = TIMEOUT_S,
        resend_after_s: float = RESEND_AFTER_S,
        command_topic: str = COMMAND_TOPIC,
        config: Config | None = None,
    ) -> None:
        self._token = token
        self._timeout_s = timeout_s
        self._resend_after_s = resend_after_s
        self._waiting: dict[str, asyncio.Queue[_Outcome]] = {}
        self._line = _Line(
            {"bootstrap.servers": brokers, **(config or {})},
            command_topic,
            reply_topic,
            resend_after_s,
        )
        self._threads = ThreadPoolExecutor(1, "bankapp-kafka")
        self._receiving: asyncio.Task[None] | None = None
        self._is_closed = False

    async def connect(self) -> None:
        """Take a partition of the topic of replies. Raises Unreachable."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._line.open)
        self._receiving = asyncio.create_task(self._receive())

    async def close(self) -> None:
        """Close the connections. Calls that wait end with Unreachable."""
        self._is_closed = True
        for outcomes in self._waiting.values():
            outcomes.put_nowait(_NotSent("closed"))
        if self._receiving is not None:
            await self._receiving
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._line.close)
        self._threads.shutdown(wait=False)

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _perform(
        self, endpoint: Endpoint[Result], fields: Mapping[str, object], key: str | None = None
    ) -> Result:
        reply = await self._ask(endpoint.call(fields, key))
        if reply.headers.get("content-type") != PROBLEM_TYPE:
            return read_result(endpoint, reply.content)
        raise _problem(reply)

    async def _ask(self, call: Call[Any]) -> _Reply:
        """The reply to a call; it is waited for before the call is sent. Raises Unreachable."""
        correlation_id = new_key()
        outcomes = self._waiting[correlation_id] = asyncio.Queue()
        if self._receiving is None or self._is_closed:
            raise Unreachable("the client is not connected")
        try:
            return await self._exchange(call, correlation_id, outcomes)
        finally:
            del self._waiting[correlation_id]

    async def _exchange(
        self, call: Call[Any], correlation_id: str, outcomes: "asyncio.Queue[_Outcome]"
    ) -> _Reply:
        now_s = asyncio.get_running_loop().time
        ends_at_s = now_s() + self._timeout_s
        deadline = datetime.now(UTC) + timedelta(seconds=self._timeout_s)
        while True:
            self._line.send(call, await self._headers(call, correlation_id, deadline), outcomes)
            left_s = ends_at_s - now_s()
            is_last = not _is_repeatable(call) or left_s <= self._resend_after_s
            wait_s = left_s + _GRACE_S if is_last else self._resend_after_s
            outcome = await _first(outcomes, wait_s)
            if self._is_closed:
                raise Unreachable(f"{call.endpoint.name}: the client was closed")
            pause_s = 0.0
            if isinstance(outcome, _NotSent):
                pause_s = random.uniform(0, _FAILURE_PAUSE_S)
            elif isinstance(outcome, _Reply):
                pause_s = _retry_after_s(outcome)
                if not pause_s or now_s() + pause_s >= ends_at_s:
                    return outcome
            if is_last and not isinstance(outcome, _Reply):
                reason = outcome.reason if outcome else f"no reply in {self._timeout_s:g} s"
                raise Unreachable(f"{call.endpoint.name}: {reason}")
            await asyncio.sleep(pause_s)
            if now_s() >= ends_at_s:
                raise Unreachable(f"{call.endpoint.name}: no reply in time")

    async def _headers(
        self, call: Call[Any], correlation_id: str, deadline: datetime
    ) -> dict[str, str]:
        token = self._token if isinstance(self._token, str) else await self._token()
        headers = {
            "operation": call.endpoint.name,
            "authorization": f"Bearer {token}",
            "correlation-id": correlation_id,
            "deadline": deadline.isoformat(),
            "user-agent": USER_AGENT,
        }
        return headers if call.key is None else {**headers, "idempotency-key": call.key}

    async def _receive(self) -> None:
        """Hand every reply to the call that waits for it; others may share the partition."""
        loop = asyncio.get_running_loop()
        while not self._is_closed:
            for reply in await loop.run_in_executor(self._threads, self._line.receive):
                outcomes = self._waiting.get(reply.headers.get("correlation-id", ""))
                if outcomes is not None:
                    outcomes.put_nowait(reply)


class _Line:
    """A producer of commands, and a consumer of one partition of replies, without a group."""

    def __init__(
        self, config: Config, command_topic: str, reply_topic: str, send_timeout_s: float
    ) -> None:
        self._config = {"log_level": 0, "client.id": "bankapp-client", **config}
        self._command_topic = command_topic
        self._reply_topic = reply_topic
        self._send_timeout_s = send_timeout_s
        self._partition = 0
        self._producer: Producer | None = None
        self._consumer: Consumer | None = None

    def open(self) -> None:
        """Connect, and stand at the end of a partition of the replies. Raises Unreachable."""
        consumer = Consumer(
            {
                **self._config,
                "group.id": "bankapp-client",  # never joined
                "enable.auto.commit": False,
                "auto.offset.reset": "latest",
                "allow.auto.create.topics": False,
            }
        )
        try:
            self._partition, offset = self._choose_place(consumer)
        except KafkaException as error:
            consumer.close()
            raise Unreachable(f"no brokers: {_describe(error)}") from error
        except Unreachable:
            consumer.close()
            raise
        consumer.assign([TopicPartition(self._reply_topic, self._partition, offset)])
        self._consumer = consumer
        self._producer = Producer(
            {
                **self._config,
                "acks": "all",
                "enable.idempotence": True,
                "linger.ms": 1,
                # What was not sent by then is sent anew, if at all.
                "message.timeout.ms": int(max(self._send_timeout_s, _SEND_TIMEOUT_MIN_S) * 1000),
            }
        )

    def _choose_place(self, consumer: Consumer) -> tuple[int, int]:
        topic = consumer.list_topics(timeout=_CONNECT_TIMEOUT_S).topics.get(self._reply_topic)
        if topic is None or not topic.partitions:
            raise Unreachable(f"there is no topic {self._reply_topic}")
        partition = random.choice([*topic.partitions])
        place = TopicPartition(self._reply_topic, partition)
        found = consumer.get_watermark_offsets(place, timeout=_CONNECT_TIMEOUT_S)
        ends = cast("tuple[int, int] | None", found)
        if ends is None:
            raise Unreachable(f"the end of {self._reply_topic} is not known")
        return partition, ends[1]

    def send(
        self, call: Call[Any], headers: Mapping[str, str], outcomes: "asyncio.Queue[_Outcome]"
    ) -> None:
        """Send a command. If it cannot be sent, `outcomes` learns it later."""
        assert self._producer is not None
        loop = asyncio.get_running_loop()

        def note(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                problem = _NotSent(f"not sent: {error.name()}")
                loop.call_soon_threadsafe(outcomes.put_nowait, problem)

        address = {"reply-to": self._reply_topic, "reply-partition": str(self._partition)}
        try:
            self._producer.produce(
                self._command_topic,
                value=json.dumps(call.members(), separators=(",", ":")).encode(),
                headers=[(name, text.encode()) for name, text in {**headers, **address}.items()],
                on_delivery=note,
            )
        except (BufferError, KafkaException) as error:
            outcomes.put_nowait(_NotSent(f"not sent: {_describe(error)}"))

    def receive(self) -> Sequence[_Reply]:
        """Replies that have arrived, after a short wait if none has."""
        assert self._consumer is not None
        assert self._producer is not None
        replies: list[_Reply] = []
        wait_s = _POLL_S
        while len(replies) < _DRAIN_COUNT:
            message = self._consumer.poll(wait_s)
            if message is None:
                break
            if message.error() is None:
                replies.append(_reply(message))
                wait_s = 0.0
        self._producer.poll(0)
        return replies

    def close(self) -> None:
        """Drop what is not sent yet."""
        if self._producer is not None:
            self._producer.purge()
            self._producer.poll(0)
        if self._consumer is not None:
            self._consumer.close()


def _is_repeatable(call: Call[Any]) -> bool:
    """Whether a copy does no harm that is served after later calls."""
    return call.key is not None or call.endpoint.method == "GET"


async def _first(outcomes: "asyncio.Queue[_Outcome]", wait_s: float) -> _Outcome | None:
    try:
        async with asyncio.timeout(wait_s):
            return await outcomes.get()
    except TimeoutError:
        return None


def _retry_after_s(reply: _Reply) -> float:
    """The pause that the bank asks for before another try; 0 if it asks for none."""
    text = reply.headers.get("retry-after", "")
    is_limited = isinstance(read_problem(reply.content), RateLimited)
    return float(text) if is_limited and text.isdecimal() else 0.0


def _problem(reply: _Reply) -> Problem | UnexpectedAnswer:
    return read_problem(reply.content) or UnexpectedAnswer("a reply is not a problem document")


def _reply(message: Message) -> _Reply:
    headers = cast("list[tuple[str, bytes | None]] | None", message.headers()) or []
    return _Reply(
        content=message.value() or b"",
        headers={name: (value or b"").decode("utf-8", "replace") for name, value in headers},
    )


def _describe(error: Exception) -> str:
    cause = error.args[0] if error.args else error
    return str(cause.name()) if isinstance(cause, KafkaError) else str(cause)
