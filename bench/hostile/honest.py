"""An honest client: reads and transfers at a fixed rate, each sent when it is due.

It is a process of its own, so that it does not wait for an attacker: `python -m
bench.hostile.honest`, with its workload on standard input.
"""

import asyncio
import json
import sys
import time
import uuid
from dataclasses import asdict, dataclass, field
from typing import Final

import aiohttp
import uvloop

from bench.ledger.figures import Figures, of_times

INTERVAL_S: Final = 0.05
KINDS: Final = ("account", "entries", "transfer")


@dataclass(frozen=True)
class Workload:
    """The client's server, duration and accounts; `token` is of the first account's owner."""

    url: str
    duration_s: float
    token: str
    account_ids: tuple[int, int]


@dataclass
class Experience:
    """The latencies of a client, and its failures by their name."""

    times_ms: list[float] = field(default_factory=list[float])
    failures: dict[str, int] = field(default_factory=dict[str, int])

    def figures(self) -> Figures:
        """Rate and latencies."""
        return of_times(self.times_ms, len(self.times_ms))


async def visit(workload: Workload) -> Experience:
    """Run the client in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.hostile.honest",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(json.dumps(asdict(workload)).encode())
    return Experience(**json.loads(output))


async def _visit(workload: Workload) -> Experience:
    experience = Experience()
    headers = {"Authorization": f"Bearer {workload.token}"}
    timeout = aiohttp.ClientTimeout(total=30)
    async with (
        aiohttp.ClientSession(workload.url, headers=headers, timeout=timeout) as session,
        asyncio.TaskGroup() as tasks,
    ):
        started = time.monotonic()
        while time.monotonic() < started + workload.duration_s:
            for kind in KINDS:
                tasks.create_task(_measure(session, workload, kind, experience))
            await asyncio.sleep(INTERVAL_S)
    return experience


async def _measure(
    session: aiohttp.ClientSession, workload: Workload, kind: str, experience: Experience
) -> None:
    started = time.perf_counter()
    try:
        status = await _ask(session, workload, kind)
        failure = None if status < 400 else str(status)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        failure = type(error).__name__
    experience.times_ms.append((time.perf_counter() - started) * 1000)
    if failure is not None:
        experience.failures[failure] = experience.failures.get(failure, 0) + 1


async def _ask(session: aiohttp.ClientSession, workload: Workload, kind: str) -> int:
    source, target = workload.account_ids
    path = {"account": f"/v1/accounts/{source}", "entries": f"/v1/accounts/{source}/entries"}
    body = {"from_account_id": source, "to_account_id": target, "amount": 1, "currency": "USD"}
    asked = (
        session.post("/v1/transfers", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
        if kind == "transfer"
        else session.get(path[kind])
    )
    async with asked as answer:
        await answer.read()
        return answer.status


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(_visit(Workload(**json.load(sys.stdin)))))))
