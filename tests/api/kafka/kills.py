"""Commands are served by processes that are killed, again and again."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from bankapp.api.kafka.topics import Topics
from bankapp.domain.roles import Role
from bankapp.store.store import Store
from tests.commands import Asker, Places, asking, create_topic
from tests.conftest import make_bank
from tests.factories import Make
from tests.processes.processes import Working, until

KEY: Final = "00" * 32  # that of `make_bank`
PARTITION_COUNT: Final = 4
RUN_MAX_S: Final = 1.5
REPEAT_SHARE: Final = 0.2  # of the commands that are sent a second time
START_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What happens, and where."""

    url: str
    server: str
    directory: Path
    command_count: int
    kill_count: int
    process_count: int = 2
    patience_s: float = 300.0

    def working(self, name: str) -> Working:
        """A process that serves commands."""
        return Working(
            self.directory / name / "bank",
            name=name,
            DATABASE_URL=self.url,
            BANK_KAFKA_SERVERS=self.server,
            BANK_KAFKA_SECURITY="plaintext",
            BANK_KAFKA_COMMANDS="on",
            BANK_TOKEN_KEYS=KEY,
        )


@dataclass
class Outcome:
    """What came of it: replies and transfers for each command, by its key."""

    sent: Counter[str] = field(default_factory=Counter[str])
    transfers: Counter[str] = field(default_factory=Counter[str])
    unanswered: int = 0
    reply_count: int = 0
    replay_count: int = 0
    duration_s: float = 0.0

    @property
    def is_right(self) -> bool:
        """Whether each command was done once, and each record got a reply."""
        once = all(self.transfers[key] == 1 for key in self.sent)
        return once and self.transfers.total() == len(self.sent) and not self.unanswered


async def commanded_over_kills(store: Store, plan: Plan) -> Outcome:
    """Send commands, some of them twice, while processes are killed; wait for every reply."""
    began_s = time.monotonic()
    make, bank = Make(store), make_bank(store)
    account = await make.account()
    await make.user("banker_of_storm", Role.BANKER)
    token = bank.tokens.create(await make.session("banker_of_storm")).text
    places = Places(Topics(), f"bank.replies.storm{os.getpid()}")
    create_topic(plan.server, places.topics.commands, PARTITION_COUNT)
    outcome, chance = Outcome(), random.Random(1)
    async with asking(plan.server, places) as asker:
        ids = asyncio.create_task(_send(asker, token, account.id, plan, outcome, chance))
        for number in range(plan.process_count - 1):
            (plan.directory / f"steady-{number}").mkdir()
        with plan.working("steady-0") as steady:
            await _kill(plan, chance)
            (plan.directory / "last").mkdir()
            with plan.working("last") as last:
                await asyncio.to_thread(last.wait)
                sent = await ids
                await asyncio.to_thread(
                    until, lambda: all(one in asker.replies for one in sent), plan.patience_s
                )
                assert await asyncio.to_thread(last.stop, signal.SIGTERM) == 0
            assert await asyncio.to_thread(steady.stop, signal.SIGTERM) == 0
        found = [reply for one in await ids for reply in asker.replies.get(one, [])]
    outcome.reply_count = len(found)
    outcome.replay_count = sum(reply.is_replay for reply in found)
    outcome.unanswered = sum(one not in asker.replies for one in await ids)
    with psycopg.connect(plan.url) as connection:
        rows = connection.execute("SELECT description FROM transfers WHERE kind = 'deposit'")
        outcome.transfers = Counter(str(row[0]) for row in rows)
    outcome.duration_s = time.monotonic() - began_s
    return outcome


async def _send(
    asker: Asker,
    token: str,
    account_id: int,
    plan: Plan,
    outcome: Outcome,
    chance: random.Random,
) -> list[str]:
    ids: list[str] = []
    for number in range(plan.command_count):
        key = f"command-{number}"
        for _ in range(2 if chance.random() < REPEAT_SHARE else 1):
            headers = asker.headers("create_deposit", token, key)
            fields = {"account_id": account_id, "amount": 1, "currency": "USD", "description": key}
            asker.send(headers, fields)
            outcome.sent[key] += 1
            ids.append(headers["correlation-id"])
        if number % 20 == 0:
            await asyncio.sleep(0.01)
    await asyncio.to_thread(asker.flush)
    return ids


async def _kill(plan: Plan, chance: random.Random) -> None:
    """Kill one of the processes by SIGKILL, as many times, each at another moment."""
    for number in range(plan.kill_count):
        name = f"killed-{number}"
        (plan.directory / name).mkdir()
        with plan.working(name) as working:
            await asyncio.to_thread(
                until, lambda: working.event("taking commands"), START_TIMEOUT_S
            )
            await asyncio.sleep(chance.uniform(0, RUN_MAX_S))
            os.kill(working.process.pid, signal.SIGKILL)
            working.process.wait()
