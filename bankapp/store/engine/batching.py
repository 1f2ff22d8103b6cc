"""Batches concurrent calls: while one batch runs, the next one fills."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeAlias, TypeVar

import structlog

from bankapp import tuning
from bankapp.domain import errors
from bankapp.store.engine.sqlstate import is_undone
from bankapp.telemetry.context import REQUEST_IDS

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.store")

Run: TypeAlias = Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]


@dataclass(slots=True)
class _Waiting(Generic[Item, Answer]):
    """An item, and the caller who waits for its answer or was cancelled."""

    item: Item
    answer: asyncio.Future[Answer]
    request_ids: tuple[str, ...]

    def resolve(self, answer: Answer) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Batcher(Generic[Item, Answer]):
    """Runs the items of concurrent callers in batches.

    There is no timer: the first item runs at once, and the items that arrive while it runs form the
    next batch, of up to `count_max`. A batch has one item of each `conflict_key` (None conflicts
    with nothing). A caller who is cancelled takes nothing back and disturbs no other item.

    Where more than `undivided_count_max` items wait, the size of the next batch is halfway between
    the size of the last one and their number. Callers that are answered together come back
    together, so batches of unequal size would stay unequal, and the database would be idle while
    the larger one is answered. This converges on two batches of equal size: the database works on
    one while the other is answered.

    When a batch fails and is known to have changed nothing, because of one of its items, each item
    runs alone, a few at a time, and later batches do not wait for them. An item that fails again
    runs by `run_alone`, which may wait longer for a lock. Without it all of a batch get the answer
    that the bank is unavailable.
    """

    def __init__(
        self,
        run: Run[Item, Answer],
        *,
        count_max: int,
        undivided_count_max: int = tuning.UNDIVIDED_COUNT_MAX,
        conflict_key: Callable[[Item], Hashable | None] = lambda _: None,
        run_alone: Run[Item, Answer] | None = None,
    ) -> None:
        self._run = run
        self._run_alone = run_alone
        self._count_max = count_max
        self._undivided_count_max = undivided_count_max
        self._last_count = 0
        self.batch_count = 0  # since the start
        self._conflict_key = conflict_key
        self._queue: deque[_Waiting[Item, Answer]] = deque()
        self._running: asyncio.Task[None] | None = None
        self._alone: set[asyncio.Task[None]] = set()
        self._alone_slots = asyncio.Semaphore(tuning.ALONE_COUNT_MAX)
        self._slow_slots = asyncio.Semaphore(tuning.ALONE_COUNT_MAX)

    async def submit(self, item: Item) -> Answer:
        """The answer to the item once its batch has run; raises what `run` raises."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(item, answer, REQUEST_IDS.get()))
        if self._running is None or self._running.done():
            # In a context of its own, because it serves more than the first request.
            self._running = asyncio.create_task(self._run_batches(), context=Context())
        return await answer

    async def _run_batches(self) -> None:
        while self._queue:
            batch = self._next_batch()
            REQUEST_IDS.set(tuple(chain.from_iterable(waiting.request_ids for waiting in batch)))
            try:
                answers = await self._run([waiting.item for waiting in batch])
                answered = [*zip(batch, answers, strict=True)]
            except Exception as error:  # noqa: BLE001 - whatever it is, each caller gets an answer
                self._split(batch, error)
            except BaseException:
                _fail(batch, errors.Unavailable())
                raise
            else:
                for waiting, answer in answered:
                    waiting.resolve(answer)

    def _next_batch(self) -> list[_Waiting[Item, Answer]]:
        batch: list[_Waiting[Item, Answer]] = []
        later: list[_Waiting[Item, Answer]] = []
        keys: set[Hashable] = set()
        count_max = self._next_count_max()
        while self._queue and len(batch) < count_max:
            waiting = self._queue.popleft()
            key = self._conflict_key(waiting.item)
            if key in keys:
                later.append(waiting)
                continue
            if key is not None:
                keys.add(key)
            batch.append(waiting)
        self._queue.extendleft(reversed(later))
        self._last_count = len(batch)
        self.batch_count += 1
        return batch

    def _next_count_max(self) -> int:
        count = len(self._queue)
        if count > self._undivided_count_max:
            count = (count + self._last_count + 1) // 2
        return min(count, self._count_max)

    def _split(self, batch: Sequence[_Waiting[Item, Answer]], error: Exception) -> None:
        has_waited = self._run_alone is None and isinstance(error, errors.Unavailable)
        if has_waited or not is_undone(error):
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
                    [answer] = await self._run([waiting.item])
            except errors.Unavailable as error:
                if self._run_alone is None or not error.is_undone:
                    raise
                # This item is the slow one: it must not hold a slot that others need.
                async with self._slow_slots:
                    [answer] = await self._run_alone([waiting.item])
        except Exception as error:  # noqa: BLE001 - as above
            waiting.fail(error)
        else:
            waiting.resolve(answer)


def _fail(batch: Sequence[_Waiting[Item, Answer]], error: Exception) -> None:
    for waiting in batch:
        waiting.fail(error)


def _unknown(bug: Exception) -> errors.Unavailable:
    """The outcome is unknown; the same request under its key tells it."""
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
