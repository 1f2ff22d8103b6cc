"""Gathers concurrent postings into one posting call as they queue behind the one in flight."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import TypeAlias

from bankapp.domain import errors, limits
from bankapp.domain.money import Posting
from bankapp.store.postings import Outcome
from bankapp.telemetry import metrics

Post: TypeAlias = Callable[[Sequence[Posting]], Awaitable[list[Outcome]]]
_Waiting: TypeAlias = tuple[Posting, asyncio.Future[Outcome]]


class Gatherer:
    """Posts what callers bring, each alone, as batches.

    No timer: whoever comes first is posted at once, and those who come meanwhile go together in the
    next call. A caller who goes away takes nothing back, and nobody else's posting is touched.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._queue: deque[_Waiting] = deque()
        self._posting: asyncio.Task[None] | None = None

    async def post(self, posting: Posting) -> Outcome:
        """The outcome, once it is durable; raises what the posting call raises."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._queue.append((posting, future))
        if self._posting is None or self._posting.done():
            # In a context of its own: it is not part of the request that happened to come first.
            self._posting = asyncio.create_task(self._post_all(), context=Context())
        return await future

    async def _post_all(self) -> None:
        while self._queue:
            await self._post_batch(self._next_batch())

    def _next_batch(self) -> list[_Waiting]:
        """Up to as many as one call takes; of requests with the same key one at a time."""
        batch: list[_Waiting] = []
        later: list[_Waiting] = []
        keys: set[tuple[str, str]] = set()
        while self._queue and len(batch) < limits.POSTING_COUNT_MAX:
            waiting = self._queue.popleft()
            key = waiting[0].key
            if key is not None and (key.scope, key.key) in keys:
                later.append(waiting)
                continue
            if key is not None:
                keys.add((key.scope, key.key))
            batch.append(waiting)
        self._queue.extendleft(reversed(later))
        return batch

    async def _post_batch(self, batch: Sequence[_Waiting]) -> None:
        metrics.BATCH_SIZES.observe(len(batch))
        try:
            outcomes = await self._post([posting for posting, _ in batch])
        except Exception as error:  # noqa: BLE001 - whatever it is, each caller gets an answer
            if len(batch) == 1 or not _may_be_of_one(error):
                _fail(batch, error)
                return
            for waiting in batch:
                await self._post_batch([waiting])
        else:
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():
                    future.set_result(outcome)


def _may_be_of_one(error: Exception) -> bool:
    """Whether nothing was posted, because of one item: of a lock it waits for, or a bug of ours."""
    return not isinstance(error, errors.Refusal) or getattr(error, "is_undone", False)


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
