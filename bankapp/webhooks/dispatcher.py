"""Gives endpoints their turns: when an event concerns them, and when they have waited.

Now and then all are looked at, so that none is forgotten whatever has happened.

Each process that works does so; the lease of an endpoint decides which of them sends.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress

import structlog

from bankapp import tuning
from bankapp.auth.webhook_secrets import SecretMaker
from bankapp.domain import errors
from bankapp.store.store import Store
from bankapp.webhooks.drain import Drain
from bankapp.webhooks.sender import Sender

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.webhooks")


@asynccontextmanager
async def dispatching(store: Store, sender: Sender, secrets: SecretMaker) -> AsyncGenerator[None]:
    """Send to endpoints while the block runs; then finish what is on its way, for a moment."""
    dispatcher = Dispatcher(store, Drain(store, sender))
    running = asyncio.create_task(dispatcher.run(secrets))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait({running})
        await dispatcher.stop()


class Dispatcher:
    """Starts the turns of endpoints, for a bounded number of them at the same time."""

    def __init__(self, store: Store, drain: Drain) -> None:
        self._store = store
        self._drain = drain
        self._waiting: dict[int, None] = {}  # in the order in which they get their turns
        self._turns: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()  # of those that have a turn

    async def run(self, secrets: SecretMaker) -> None:
        """Look for endpoints that have their turn, until cancelled."""
        while True:
            try:
                await self._reseal(secrets)
                while True:
                    await self._follow()
            except errors.Unavailable:
                _log.warning("webhooks wait for the database")
            except Exception as error:  # noqa: BLE001 - whatever it is, the next turn may succeed
                _log.error("webhooks failed", error=type(error).__name__)
            await asyncio.sleep(tuning.WEBHOOK_TICK_S)

    async def stop(self) -> None:
        """Let what is on its way end, and cancel what takes too long."""
        self._drain.is_stopping = True
        if tasks := list(self._turns.values()):
            await asyncio.wait(tasks, timeout=tuning.JOB_SHUTDOWN_TIMEOUT_S)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _follow(self) -> None:
        """Look at all endpoints, and follow the feed until they have their turn again."""
        if not await self._has_endpoints():
            await asyncio.sleep(tuning.WEBHOOK_IDLE_TICK_S)
            return
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        async with self._store.feed.tail.watching(None) as watch:
            position = (await self._store.feed.known_horizon()).settled_position
            await self._sweep()
            # Where there are many, looking at all of them takes a small part of the time, too.
            pause_s = tuning.WEBHOOK_SWEEP_RATIO * (loop.time() - began_s)
            ends_at_s = began_s + max(tuning.WEBHOOK_SWEEP_S, pause_s)
            while (now_s := loop.time()) < ends_at_s:
                # Whatever wakes it, or nothing: where too many watch, nothing does.
                await watch.until_woken(min(ends_at_s, now_s + tuning.WEBHOOK_TICK_S))
                self._start(
                    await self._store.read.webhook_endpoints.list_webhook_endpoints_due(
                        row_count_max=tuning.WEBHOOK_LIST_SIZE
                    )
                )
                position = await self._wake_concerned(position)

    async def _has_endpoints(self) -> bool:
        endpoints = self._store.read.webhook_endpoints
        return bool(await endpoints.list_running_webhook_endpoints(after_id=0, row_count_max=1))

    async def _wake_concerned(self, position: int) -> int:
        """Start the endpoints that new events concern; returns up to where that is known."""
        settled = (await self._store.feed.known_horizon()).settled_position
        stretch = tuning.FEED_STRETCH_LENGTH
        if settled - position > tuning.WEBHOOK_WOKEN_STRETCH_COUNT_MAX * stretch:
            await self._sweep()
            return settled
        while position < settled:
            until = min(settled, position + stretch)
            owners = await self._store.feed.list_concerned(position, until)
            self._start(
                await self._store.read.webhook_endpoints.list_webhook_endpoints_concerned(
                    owners=sorted(owners), row_count_max=tuning.WEBHOOK_LIST_SIZE
                )
            )
            position = until
        return position

    async def _sweep(self) -> None:
        """Start all endpoints for which something may wait."""
        after_id = 0
        while True:
            rows = await self._store.read.webhook_endpoints.list_active_webhook_endpoints(
                after_id=after_id, row_count_max=tuning.WEBHOOK_LIST_SIZE
            )
            self._start(row.id for row in rows if row.may_be_behind)
            if len(rows) < tuning.WEBHOOK_LIST_SIZE:
                return
            after_id = rows[-1].id

    def _start(self, endpoint_ids: Iterable[int]) -> None:
        for endpoint_id in endpoint_ids:
            if endpoint_id in self._turns:
                self._again.add(endpoint_id)
            else:
                self._waiting[endpoint_id] = None
        self._give_turns()

    def _give_turns(self) -> None:
        while self._waiting and len(self._turns) < tuning.WEBHOOK_ENDPOINT_COUNT_MAX:
            if self._drain.is_stopping:
                return
            endpoint_id = next(iter(self._waiting))
            del self._waiting[endpoint_id]
            self._turns[endpoint_id] = asyncio.create_task(self._take_turn(endpoint_id))

    async def _take_turn(self, endpoint_id: int) -> None:
        """Give an endpoint a turn, and the next to whoever waits."""
        try:
            if await self._drain.run(endpoint_id):
                self._again.add(endpoint_id)
        except errors.Unavailable:
            pass  # the next look at all finds it
        except Exception as error:  # noqa: BLE001 - one endpoint must not stop the others
            _log.error("webhook failed", webhook_id=endpoint_id, error=type(error).__name__)
        finally:
            del self._turns[endpoint_id]
            if endpoint_id in self._again:
                self._again.discard(endpoint_id)
                self._waiting[endpoint_id] = None
            self._give_turns()

    async def _reseal(self, secrets: SecretMaker) -> None:
        """Seal with the newest key what another has sealed, so that the other can be dropped."""
        after_id, count = 0, 0
        while rows := await self._store.read.webhook_endpoints.list_webhook_secrets(
            after_id=after_id, row_count_max=tuning.WEBHOOK_LIST_SIZE
        ):
            after_id = rows[-1].id
            for row in rows:
                previous = row.sealed_previous_secret
                with suppress(ValueError):  # its key is gone: the drain says so
                    secret = secrets.reseal(row.sealed_secret)
                    resealed = None if previous is None else secrets.reseal(previous)
                    if (secret, resealed) != (row.sealed_secret, previous):
                        await self._store.deliveries.reseal(row, secret, resealed)
                        count += 1
        if count:
            _log.info("webhook secrets sealed with the newest key", count=count)
