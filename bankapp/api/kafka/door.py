"""The Kafka door: takes commands from their topic while it is open."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeVar

import structlog
from confluent_kafka import KafkaException

from bankapp import tuning
from bankapp.api.kafka.errand import Errand
from bankapp.api.kafka.inbox import Broken, Inbox
from bankapp.api.kafka.lanes import Lane
from bankapp.api.kafka.outbox import Outbox
from bankapp.api.kafka.record import Record
from bankapp.api.kafka.service import CommandService
from bankapp.api.kafka.topics import TOPICS, Topics, ensure_topics
from bankapp.operations.bank import Bank
from bankapp.operations.exchange import RequestSpans
from bankapp.settings.brokers import Brokers, Config
from bankapp.telemetry import metrics

Result = TypeVar("Result")

_MEASURE_INTERVAL_S: Final = 1.0
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.commands")


@asynccontextmanager
async def serving_commands(
    bank: Bank,
    brokers: Brokers,
    stop: asyncio.Event,
    *,
    topics: Topics = TOPICS,
    spans: RequestSpans | None = None,
) -> AsyncGenerator[None]:
    """Serve commands while the block runs; then finish those under way and leave the group."""
    running = asyncio.create_task(CommandDoor(bank, brokers, topics, stop, spans).run())
    try:
        yield
    finally:
        stop.set()
        await running


class CommandDoor:
    """A member of the group that serves commands."""

    def __init__(
        self,
        bank: Bank,
        brokers: Brokers,
        topics: Topics,
        stop: asyncio.Event,
        spans: RequestSpans | None,
    ) -> None:
        self._config = brokers.config()
        self._topics = topics
        self._stop = stop
        self._bank = bank
        self._spans = spans

    async def run(self) -> None:
        """Serve until `stop` is set, and outlive failures of brokers."""
        outbox = Outbox(self._config)
        service = CommandService(
            self._bank, self._topics.dead, outbox.count_partitions, self._spans
        )
        threads = ThreadPoolExecutor(1, "kafka-inbox")
        try:
            delay_s = tuning.COMMAND_RETRY_DELAY_MIN_S
            while not self._stop.is_set():
                began_s = time.monotonic()
                reading = _Reading(self._config, self._topics, service, outbox, threads)
                try:
                    await reading.run(self._stop)
                except (Broken, KafkaException) as error:
                    _log.warning("not taking commands", problem=str(error), again_in_s=delay_s)
                except Exception:  # noqa: BLE001 - whatever it is, commands are not to stand still for good
                    _log.exception("not taking commands", again_in_s=delay_s)
                if time.monotonic() - began_s > tuning.COMMAND_RETRY_DELAY_MAX_S:
                    delay_s = tuning.COMMAND_RETRY_DELAY_MIN_S
                await self._sleep(delay_s)
                delay_s = min(2 * delay_s, tuning.COMMAND_RETRY_DELAY_MAX_S)
        finally:
            await outbox.close()
            threads.shutdown(wait=False)

    async def _sleep(self, duration_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(duration_s):
                await self._stop.wait()


class _Reading:
    """The partitions of one membership, each with its lane."""

    def __init__(
        self,
        config: Config,
        topics: Topics,
        service: CommandService,
        outbox: Outbox,
        threads: ThreadPoolExecutor,
    ) -> None:
        self._config = config
        self._topics = topics
        self._service = service
        self._outbox = outbox
        self._threads = threads
        self._loop = asyncio.get_running_loop()
        self._lanes: dict[int, Lane] = {}
        self._measured_at_s = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises Broken, KafkaException."""
        await self._do(ensure_topics, self._config, self._topics)
        inbox = Inbox(self._config, self._topics.commands, self._topics.group, self._give_up)
        _log.info("taking commands", topic=self._topics.commands)
        try:
            while not stop.is_set():
                for record in await self._do(inbox.read):
                    self._lane_of(record, inbox).put(record)
                self._hold_back(inbox)
                self._measure(inbox)
        finally:
            await self._end(list(self._lanes))
            await self._do(inbox.close)
            metrics.KAFKA_COMMANDS_BEHIND.set(0)
            metrics.KAFKA_COMMANDS_PARTITIONS.set(0)

    def _lane_of(self, record: Record, inbox: Inbox) -> Lane:
        lane = self._lanes.get(record.partition)
        if lane is None:
            errand = Errand(self._service, self._outbox.write, self._topics.dead)
            lane = Lane(errand.attempt, inbox.note_done)
            self._lanes[record.partition] = lane
        return lane

    def _hold_back(self, inbox: Inbox) -> None:
        """Fetch no more of what does not get on."""
        for partition, lane in self._lanes.items():
            if lane.is_full and not lane.is_paused:
                inbox.pause(partition)
                lane.is_paused = True
            elif lane.is_paused and lane.is_low:
                inbox.resume(partition)
                lane.is_paused = False

    def _measure(self, inbox: Inbox) -> None:
        now_s = time.monotonic()
        if now_s - self._measured_at_s < _MEASURE_INTERVAL_S:
            return
        self._measured_at_s = now_s
        behind = [
            max(0, inbox.end_of(partition) - lane.next_offset)
            for partition, lane in self._lanes.items()
            if lane.next_offset is not None
        ]
        metrics.KAFKA_COMMANDS_BEHIND.set(sum(behind))
        metrics.KAFKA_COMMANDS_PARTITIONS.set(inbox.partition_count)

    def _give_up(self, partitions: Sequence[int]) -> None:
        """Called by the thread that reads, while the loop waits for it."""
        asyncio.run_coroutine_threadsafe(self._end(partitions), self._loop).result()

    async def _end(self, partitions: Sequence[int]) -> None:
        lanes = [self._lanes.pop(one) for one in partitions if one in self._lanes]
        await asyncio.gather(*(lane.end() for lane in lanes))

    async def _do(self, function: Callable[..., Result], *args: object) -> Result:
        """What a function returns that blocks."""
        return await self._loop.run_in_executor(self._threads, function, *args)
