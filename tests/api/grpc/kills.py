"""Requests over gRPC to processes that are killed, again and again."""

import asyncio
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from grpc import StatusCode

from tests.grpc_calls import GrpcClient, Reply, calling
from tests.processes.processes import Served, children_of

CLIENT_COUNT: Final = 8
# With these a client does not know whether it was done, and sends the same again.
_UNKNOWN: Final = (StatusCode.UNAVAILABLE, StatusCode.CANCELLED, StatusCode.DEADLINE_EXCEEDED)
KILL_INTERVAL_S: Final = (0.05, 0.6)


@dataclass
class Outcome:
    """What came of it: the ids of the transfers that each key was answered with."""

    answers: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    codes: Counter[StatusCode] = field(default_factory=Counter[StatusCode])
    kill_count: int = 0
    repeat_count: int = 0

    @property
    def is_right(self) -> bool:
        """Whether each key stands for one transfer, and each transfer for one key."""
        ids = [one for answers in self.answers.values() for one in answers]
        return all(len(one) == 1 for one in self.answers.values()) and len(set(ids)) == len(ids)


def grpc_port(served: Served) -> int:
    """The port of gRPC of a bank that listens."""
    urls = [urlsplit(str(event["url"])) for event in served.events("listening")]
    [port] = {url.port for url in urls if url.scheme == "grpc"}
    assert port is not None
    return port


async def paid_over_kills(
    served: Served, account_id: int, token: str, *, request_count: int, kill_count: int
) -> Outcome:
    """Deposit under a key each, and again until there is an answer, while workers are killed."""
    outcome, keys = Outcome(), iter([f"deposit-{number}" for number in range(request_count)])
    killing = asyncio.create_task(_kill(served, outcome, kill_count))
    fields = {"account_id": account_id, "amount": 1, "currency": "USD"}

    async def pay() -> None:
        async with calling(grpc_port(served)) as client:
            for key in keys:
                outcome.answers[key] = await _paid(client, fields, token, key, outcome)

    await asyncio.gather(*(pay() for _ in range(CLIENT_COUNT)))
    await killing
    return outcome


async def _paid(
    client: GrpcClient, fields: dict[str, Any], token: str, key: str, outcome: Outcome
) -> set[int]:
    """The ids that two answers under the key have."""
    ids: set[int] = set()
    for _ in range(2):
        reply = await _answer(client, fields, token, key, outcome)
        assert reply.code is StatusCode.OK, reply
        ids.add(reply.fields["id"])
    return ids


async def _answer(
    client: GrpcClient, fields: dict[str, Any], token: str, key: str, outcome: Outcome
) -> Reply:
    while True:
        reply = await client.ask("create_deposit", fields, token=token, keys=[key], timeout_s=5)
        outcome.codes[reply.code] += 1
        if reply.code not in _UNKNOWN:
            return reply
        outcome.repeat_count += 1
        await asyncio.sleep(0.02)


async def _kill(served: Served, outcome: Outcome, kill_count: int) -> None:
    """Kill a worker that listens by SIGKILL, as many times, each after another while."""
    chance = random.Random(1)
    while outcome.kill_count < kill_count:
        await asyncio.sleep(chance.uniform(*KILL_INTERVAL_S))
        alive = set(children_of(served.process.pid))
        listening = [event["worker"] for event in served.events("worker listening")]
        if present := [pid for pid in listening if pid in alive]:
            os.kill(chance.choice(present), signal.SIGKILL)
            outcome.kill_count += 1
