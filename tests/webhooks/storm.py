"""Workers of webhooks are killed while they send to a server that fails and hangs.

python -m tests.webhooks.storm --events 10000 --kills 20 --fails 0.2 --hangs 0.05
"""

import argparse
import asyncio
import os
import random
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

from bankapp.domain import limits
from bankapp.postgres.migrations import migrate
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store
from tests.conftest import make_bank
from tests.factories import Make, transfer
from tests.feed import facts
from tests.webhooks.endpoints import make_endpoint
from tests.webhooks.receiver import OK, Received, Reply, receiving, verify


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How many events there are, how often a worker is killed, and how the server behaves."""

    event_count: int
    kill_count: int
    fails: float
    hangs: float
    timeout_s: float
    worker_count: int = 2
    patience_s: float = 600


@dataclass
class Outcome:
    """What came of it."""

    event_count: int
    missed: set[str]
    accepted: Counter[str] = field(default_factory=Counter[str])
    duration_s: float = 0.0

    @property
    def repeat_count(self) -> int:
        """How often an event was accepted that had been accepted before."""
        return sum(count - 1 for count in self.accepted.values())


async def storm(database_url: str, plan: Plan) -> Outcome:
    """Post while workers send and are killed, and wait until the server has accepted everything."""
    began_s = time.monotonic()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(create_pool(database_url))
        receiver = await stack.enter_async_context(receiving())
        store = Store(pool)
        bank = make_bank(store)
        endpoint = await make_endpoint(bank, receiver.url)
        secret = bank.webhook_secrets.open(endpoint.sealed_secret)
        receiver.reply = _replies(plan, secret)
        workers = Workers(database_url, plan)
        stack.push_async_callback(workers.stop)
        await workers.start()
        posting = asyncio.create_task(_post(store, plan.event_count))
        for number in range(1, plan.kill_count + 1):
            wanted = number * plan.event_count // (plan.kill_count + 1)
            await receiver.until(lambda: len(set(receiver.accepted)) >= wanted, plan.patience_s)  # noqa: B023
            await workers.kill()
        await posting
        expected = {f"1-{fact.position}" for fact in await facts(store)}
        with suppress(TimeoutError):
            await receiver.until(lambda: expected <= set(receiver.accepted), plan.patience_s)
        return Outcome(
            event_count=len(expected),
            missed=expected - set(receiver.accepted),
            accepted=Counter(receiver.accepted),
            duration_s=time.monotonic() - began_s,
        )


class Workers:
    """Programs that send, each started anew when it was killed."""

    def __init__(self, database_url: str, plan: Plan) -> None:
        self._command = [
            *(sys.executable, "-m", "tests.webhooks.worker"),
            *(database_url, str(plan.timeout_s)),
        ]
        self._count = plan.worker_count
        self._processes: list[Process] = []

    async def start(self) -> None:
        """Start as many as there should be."""
        while len(self._processes) < self._count:
            self._processes.append(await asyncio.create_subprocess_exec(*self._command))

    async def kill(self) -> None:
        """Kill all of them at whatever they are doing, and start others."""
        await self.stop()
        await self.start()

    async def stop(self) -> None:
        """Kill all of them."""
        for process in self._processes:
            process.kill()
            await process.wait()
        self._processes.clear()


def _replies(plan: Plan, secret: str) -> Callable[[Received], Reply]:
    def reply(received: Received) -> Reply:
        verify(received, secret)
        chance = random.random()
        if chance < plan.hangs:
            return None
        return (500, {}) if chance < plan.hangs + plan.fails else OK

    return reply


async def _post(store: Store, count: int) -> None:
    make = Make(store)
    payer, payee = await make.account(balance=count), await make.account()
    for start in range(0, count, 16):
        size = min(16, count - start)
        await store.postings.post([transfer(payer, payee, 1) for _ in range(size)])


def main() -> int:
    """Storm the empty database of DATABASE_URL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--fails", type=float, default=0.2)
    parser.add_argument("--hangs", type=float, default=0.05)
    parser.add_argument("--timeout", type=float, default=0.5)
    given = parser.parse_args()
    plan = Plan(
        event_count=given.events,
        kill_count=given.kills,
        fails=given.fails,
        hangs=given.hangs,
        timeout_s=given.timeout,
    )
    database_url = os.environ["DATABASE_URL"]
    migrate(database_url)
    outcome = asyncio.run(storm(database_url, plan))
    print(
        f"{outcome.event_count} events, {plan.kill_count} kills, {len(outcome.missed)} missed, "
        f"{outcome.repeat_count} repeated, {outcome.duration_s:.0f} s"
    )
    most = plan.kill_count * limits.WEBHOOK_CONCURRENCY
    return int(bool(outcome.missed) or outcome.repeat_count > most)


if __name__ == "__main__":
    sys.exit(main())
