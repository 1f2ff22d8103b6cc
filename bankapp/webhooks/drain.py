"""Sends to one endpoint what it has not got yet.

Up to eight events are on their way at the same time, the next eight of the feed, and then the place
of the endpoint moves on in the transaction that parks those that failed. So a worker that is killed
repeats eight at most.
"""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto

import structlog

from bankapp import tuning
from bankapp.domain import limits
from bankapp.domain.webhooks import Outcome, Try, rate_after_outage
from bankapp.store.events.deliveries import Lease, Progress
from bankapp.store.store import Store
from bankapp.webhooks.events import Item, ItemPage, read_page, read_parked
from bankapp.webhooks.sender import Sender
from gen.enums import WebhookStatus

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.webhooks")


class _Source(Enum):
    """Where events come from."""

    PARKED = auto()
    FEED = auto()
    REPLAY = auto()


@dataclass(slots=True)
class _Turn:
    """A turn of an endpoint: the lease, and the time of the loop when it ends."""

    lease: Lease
    ends_at_s: float
    has_sent: bool = False


class Drain:
    """Sends to endpoints, one turn at a time. Few probes run at once, so that others have turns."""

    def __init__(self, store: Store, sender: Sender) -> None:
        self._store = store
        self._sender = sender
        self._schedule = sender.schedule
        self.is_stopping = False  # then a turn ends with what is on its way
        self._probes = asyncio.Semaphore(tuning.WEBHOOK_PROBE_COUNT_MAX)

    async def run(self, endpoint_id: int) -> bool:
        """Send to an endpoint for a while; whether it may have more. Raises Unavailable."""
        schedule = self._schedule
        lease = await self._store.deliveries.claim(endpoint_id, uuid.uuid4(), schedule.lease)
        if lease is None:
            return False
        turn = _Turn(lease, asyncio.get_running_loop().time() + tuning.WEBHOOK_TURN_S)
        try:
            return await self._take_turn(turn)
        except ValueError:
            _log.error("webhook secret cannot be read", webhook_id=endpoint_id)
            return False
        finally:
            await self._store.deliveries.release(lease)

    async def _take_turn(self, turn: _Turn) -> bool:
        parked = await self._read_parked(turn.lease)
        if turn.lease.endpoint.status is WebhookStatus.FAILING:
            if self._probes.locked():
                return False  # it is due, so it has its turn soon
            async with self._probes:
                return await self._probe(turn, parked)
        if parked and not await self._send(turn, _Source.PARKED, parked):
            return False
        has_more = len(parked) == limits.WEBHOOK_CONCURRENCY
        page = await self._read(turn.lease, _Source.FEED)
        if not await self._send_page(turn, _Source.FEED, page):
            return False
        has_more |= page.has_more or self._is_over(turn)
        if turn.lease.endpoint.replay_position is not None:
            page = await self._read(turn.lease, _Source.REPLAY)
            if not await self._send_page(turn, _Source.REPLAY, page):
                return False
            has_more = True
        if not turn.has_sent and not has_more:
            await self._save(turn, Progress(is_idle=True, has_caught_up=True))
        return has_more

    async def _probe(self, turn: _Turn, parked: Sequence[Item]) -> bool:
        """Send one event to a failing endpoint: the next one, or else one that is parked.

        One that fails is parked, too, so that an event which is always refused stops no others.
        """
        for source in (_Source.FEED, _Source.REPLAY):
            if source is _Source.REPLAY and turn.lease.endpoint.replay_position is None:
                continue
            page = await self._read(turn.lease, source)
            if page.items:
                first = page.items[:1]
                return await self._send(turn, source, first, first[0].position)
            if not await self._save(turn, _place(Progress(), source, page.position)):
                return False
            if page.has_more:
                return True
        if parked:
            return await self._send(turn, _Source.PARKED, parked[:1])
        await self._save(turn, Progress(is_idle=True))
        return False

    async def _read_parked(self, lease: Lease) -> list[Item]:
        due = await self._store.deliveries.list_due(lease.endpoint.id, limits.WEBHOOK_CONCURRENCY)
        return await read_parked(self._store, lease.endpoint, due)

    async def _read(self, lease: Lease, source: _Source) -> ItemPage:
        endpoint = lease.endpoint
        if source is _Source.FEED:
            return await read_page(self._store, endpoint, endpoint.position)
        assert endpoint.replay_position is not None
        assert endpoint.replay_until_position is not None
        end = endpoint.replay_until_position
        page = await read_page(self._store, endpoint, endpoint.replay_position)
        items = [item for item in page.items if item.position <= end]
        return replace(page, items=items, position=min(page.position, end))

    async def _send_page(self, turn: _Turn, source: _Source, page: ItemPage) -> bool:
        """Send a page, or as much as there is time for; whether more may be sent now."""
        size = limits.WEBHOOK_CONCURRENCY
        for start in range(0, len(page.items), size):
            batch = page.items[start : start + size]
            is_last = start + size >= len(page.items)
            end = page.position if is_last else batch[-1].position
            is_last &= not page.has_more
            if not await self._send(turn, source, batch, end, is_last=is_last):
                return False
            if self._is_over(turn):
                return True
        known = turn.lease.endpoint
        place = known.position if source is _Source.FEED else known.replay_position
        if not page.items and place is not None and page.position > place:
            return await self._save(turn, _place(Progress(), source, page.position))
        return True

    async def _send(
        self,
        turn: _Turn,
        source: _Source,
        batch: Sequence[Item],
        end: int = 0,
        *,
        is_last: bool = False,
    ) -> bool:
        """Send some events at the same time, and note it; whether more may be sent now."""
        began_s = asyncio.get_running_loop().time()
        turn.has_sent = True
        endpoint = turn.lease.endpoint
        answers = await asyncio.gather(
            *(self._sender.send(endpoint, item.message) for item in batch)
        )
        tries = [
            Try(
                position=item.position,
                answer=answer,
                failure_count=item.failure_count,
                is_retry=source is _Source.PARKED,
            )
            for item, answer in zip(batch, answers, strict=True)
        ]
        noted = tries if source is _Source.PARKED else _without_waiting_end(tries)
        if len(noted) < len(tries):
            end = noted[-1].position if noted else 0
        progress = Progress(
            tries=tries, parked_count=len(noted), has_caught_up=is_last and source is _Source.FEED
        )
        if not await self._save(turn, _place(progress, source, end)):
            return False
        await self._pace(turn, len(batch), began_s)
        return True

    async def _save(self, turn: _Turn, progress: Progress) -> bool:
        lease = await self._store.deliveries.save(turn.lease, progress, self._schedule)
        if lease is not None:
            turn.lease = lease
        return lease is not None

    async def _pace(self, turn: _Turn, count: int, began_s: float) -> None:
        """After an outage, send a few events a second at first."""
        recovered_at = turn.lease.endpoint.recovered_at
        if recovered_at is not None:
            rate = rate_after_outage(datetime.now(UTC) - recovered_at)
            ends_at_s = began_s + count / rate
            await asyncio.sleep(max(0, ends_at_s - asyncio.get_running_loop().time()))

    def _is_over(self, turn: _Turn) -> bool:
        return self.is_stopping or asyncio.get_running_loop().time() >= turn.ends_at_s


def _place(progress: Progress, source: _Source, end: int) -> Progress:
    """The progress, with the place that the endpoint has got to."""
    match source:
        case _Source.FEED:
            return replace(progress, position=end)
        case _Source.REPLAY:
            return replace(progress, replay_position=end)
        case _Source.PARKED:
            return progress


def _without_waiting_end(tries: Sequence[Try]) -> Sequence[Try]:
    """Without the last ones for which the server asks to wait: they are sent later, unparked."""
    count = len(tries)
    while count and tries[count - 1].outcome is Outcome.THROTTLED:
        count -= 1
    return tries[:count]
