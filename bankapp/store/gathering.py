"""Gathers concurrent questions into one as they queue behind the one in flight."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeAlias, TypeVar

import structlog

from bankapp.domain import errors, limits
from bankapp.store.sqlstate import is_undone
from bankapp.telemetry.context import REQUEST_IDS

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.store")

AskAll: TypeAlias = Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]


@dataclass(slots=True)
class _Waiting(Generic[Item, Answer]):
    """An item, and the caller who waits for its answer or has gone away."""

    item: Item
    answer: asyncio.Future[Answer]
    request_ids: tuple[str, ...]

    def resolve(self, answer: Answer) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Gatherer(Generic[Item, Answer]):
    """Asks what callers bring, each alone, in batches.

    No timer: whoever comes first is asked for at once, and those who come meanwhile go together in
    the next batch of up to `count_max`. Of items with the same `identify` (not None) a batch has
    one. A caller who goes away takes nothing back, and nobody else's item is touched.

    Where many wait, the next batch goes only half the way from the size of the last one to their
    number. Those who were answered together ask again together, so uneven parts would stay uneven,
    and the database idle while we answer the larger one. Like this they become even: one part is
    answered while the other is asked for.

    When it is known that a batch has changed nothing, because of one item, each is asked for alone,
    a few at a time; what comes after need not wait for them. One that fails even so is asked for by
    `ask_alone`, which may wait for longer.
    """

    def __init__(
        self,
        ask_all: AskAll[Item, Answer],
        *,
        count_max: int,
        identify: Callable[[Item], Hashable | None] = lambda _: None,
        ask_alone: AskAll[Item, Answer] | None = None,
    ) -> None:
        self._ask_all = ask_all
        self._ask_alone = ask_alone or ask_all
        self._count_max = count_max
        self._last_count = 0
        self._identify = identify
        self._queue: deque[_Waiting[Item, Answer]] = deque()
        self._asking: asyncio.Task[None] | None = None
        self._alone: set[asyncio.Task[None]] = set()
        self._alone_slots = asyncio.Semaphore(limits.ALONE_COUNT_MAX)
        self._patient_slots = asyncio.Semaphore(limits.ALONE_COUNT_MAX)

    async def ask(self, item: Item) -> Answer:
        """The answer to the item, once its batch is done; raises what `ask_all` raises."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(item, answer, REQUEST_IDS.get()))
        if self._asking is None or self._asking.done():
            # In a context of its own: it is not part of the request that happened to come first.
            self._asking = asyncio.create_task(self._ask_for_all(), context=Context())
        return await answer

    async def _ask_for_all(self) -> None:
        while self._queue:
            batch = self._next_batch()
            REQUEST_IDS.set(tuple(chain.from_iterable(waiting.request_ids for waiting in batch)))
            try:
                answers = await self._ask_all([waiting.item for waiting in batch])
                answered = [*zip(batch, answers, strict=True)]
            except Exception as error:  # noqa: BLE001 - whatever it is, each caller gets an answer
                self._fall_apart(batch, error)
            except BaseException:
                _fail(batch, errors.Unavailable())
                raise
            else:
                for waiting, answer in answered:
                    waiting.resolve(answer)

    def _next_batch(self) -> list[_Waiting[Item, Answer]]:
        batch: list[_Waiting[Item, Answer]] = []
        later: list[_Waiting[Item, Answer]] = []
        identities: set[Hashable] = set()
        count_max = self._next_count_max()
        while self._queue and len(batch) < count_max:
            waiting = self._queue.popleft()
            identity = self._identify(waiting.item)
            if identity in identities:
                later.append(waiting)
                continue
            if identity is not None:
                identities.add(identity)
            batch.append(waiting)
        self._queue.extendleft(reversed(later))
        self._last_count = len(batch)
        return batch

    def _next_count_max(self) -> int:
        count = len(self._queue)
        if count > limits.UNDIVIDED_COUNT_MAX:
            count = (count + self._last_count + 1) // 2
        return min(count, self._count_max)

    def _fall_apart(self, batch: Sequence[_Waiting[Item, Answer]], error: Exception) -> None:
        if not is_undone(error):
            _fail(batch, error if isinstance(error, errors.Refusal) else _unknown(error))
            return
        for waiting in batch:
            task = asyncio.create_task(self._answer_alone(waiting))
            self._alone.add(task)
            task.add_done_callback(self._alone.discard)

    async def _answer_alone(self, waiting: _Waiting[Item, Answer]) -> None:
        REQUEST_IDS.set(waiting.request_ids)
        try:
            try:
                async with self._alone_slots:
                    [answer] = await self._ask_all([waiting.item])
            except errors.Unavailable as error:
                if not error.is_undone:
                    raise
                # It is this one that waits: apart from those which only came with it.
                async with self._patient_slots:
                    [answer] = await self._ask_alone([waiting.item])
        except Exception as error:  # noqa: BLE001 - as above
            waiting.fail(error)
        else:
            waiting.resolve(answer)


def _fail(batch: Sequence[_Waiting[Item, Answer]], error: Exception) -> None:
    for waiting in batch:
        waiting.fail(error)


def _unknown(bug: Exception) -> errors.Unavailable:
    """For who cannot be told what has come of it: the same request under its key can."""
    _log.error("a batch failed", exc_info=bug)
    unavailable = errors.Unavailable()
    unavailable.__cause__ = bug
    return unavailable


def in_order(
    keys: Sequence[Key], rows: Sequence[Row], key_of: Callable[[Row], Key]
) -> list[Row | None]:
    """For each key its row, or None."""
    by_key = {key_of(row): row for row in rows}
    return [by_key.get(key) for key in keys]
