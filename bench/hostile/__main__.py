"""python -m bench.hostile: attack a server, and print the latency of an honest client meanwhile.

Exits with 1 if a response is a 5xx, leaks internals or is no problem document, if the honest client
fails, or if the server does not release its resources afterwards.
"""

import asyncio
import re
import signal
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
import uvloop

from bankapp.postgres.migrations import migrate
from bench.hostile.attacks import ATTACKS, Attack
from bench.hostile.connections import Target, Verdict
from bench.hostile.documents import DOCUMENTS, processor_ms
from bench.hostile.honest import Experience, Workload, visit
from bench.ledger import servers
from bench.ledger.machine import describe_machine
from bench.ledger.people import add_payers
from own_postgres import EmbeddedServer, ensure_database, find_binaries

DOCUMENT_MS_MAX: Final = 30.0
QUIET_S: Final = 6.0
REST_S: Final = 40.0


@dataclass(frozen=True)
class Burden:
    """The memory and the open files of a server, without connections to the database."""

    memory_mb: float
    file_count: int


async def main(url: str, grpc_url: str, account_ids: list[int], tokens: list[str]) -> int:
    """Run every attack and print a line for each; returns the number of faults."""
    target = Target(url, tokens[2], grpc_url)
    workload = Workload(url, QUIET_S, tokens[0], (account_ids[0], account_ids[1]))
    wrong_count = _report_documents()
    await visit(workload)
    before = await burden(url)
    print(f"{'':<18}{'p50 ms':>8}{'p99 ms':>8}{'RSS MB':>8}{'files':>8}  answers to the attacker")
    wrong_count += await _report("quiet", before, await visit(workload), Verdict())
    for attack, duration_s in ATTACKS:
        verdict = Verdict()
        experience = await _attacked(attack, target, verdict, workload, duration_s)
        name = attack.__name__.replace("_", " ")
        wrong_count += await _report(name, await burden(url), experience, verdict)
    after = await _rested(url, before)
    wrong_count += await _report("quiet again", after, await visit(workload), Verdict())
    return wrong_count + (after.file_count > before.file_count)


def _report_documents() -> int:
    """Print what each hostile document costs; returns the number of those that cost too much."""
    costs_ms = {name: processor_ms(text) for name, text in DOCUMENTS.items()}
    print("GraphQL documents, each new to the process:      processor ms")
    for name, cost_ms in sorted(costs_ms.items(), key=lambda item: -item[1]):
        print(f"  {name:<46}{cost_ms:>13.1f}")
    return sum(cost_ms > DOCUMENT_MS_MAX for cost_ms in costs_ms.values())


async def _attacked(
    attack: Attack, target: Target, verdict: Verdict, workload: Workload, duration_s: float
) -> Experience:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_for_a_while(attack, target, verdict, duration_s))
        honest = Workload(workload.url, duration_s - 1, workload.token, workload.account_ids)
        return await tasks.create_task(visit(honest))


async def _for_a_while(attack: Attack, target: Target, verdict: Verdict, duration_s: float) -> None:
    await attack(target, verdict, time.monotonic() + duration_s)


async def _report(name: str, held: Burden, experience: Experience, verdict: Verdict) -> int:
    figures = experience.figures()
    outcomes = ", ".join(f"{count:,} x {what}" for what, count in verdict.outcomes.most_common())
    print(
        f"{name:<18}{figures.p50_ms:>8.1f}{figures.p99_ms:>8.1f}"
        f"{held.memory_mb:>8.0f}{held.file_count:>8}  {outcomes}"
    )
    wrong = [f"honest: {what}" for what in experience.failures] + [*verdict.offences]
    for what in wrong:
        print(f"  WRONG: {what}")
    sys.stdout.flush()
    return len(wrong)


async def burden(url: str) -> Burden:
    """The burden that the server's metrics report."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/metrics") as answer:
        text = await answer.text()
    memory, files, pooled = (
        float(re.findall(rf"^{name} (\S+)", text, re.MULTILINE)[0])
        for name in (
            "process_resident_memory_bytes",
            "process_open_fds",
            "bankapp_pool_connections",
        )
    )
    return Burden(memory / 2**20, int(files - pooled))


async def _rested(url: str, before: Burden) -> Burden:
    deadline = time.monotonic() + REST_S
    while (held := await burden(url)).file_count > before.file_count:
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(1)
    return held


@contextmanager
def _bank() -> Generator[tuple[str, str, list[int], list[str]]]:
    with tempfile.TemporaryDirectory(prefix="bankapp-bench-") as name:
        server = EmbeddedServer(Path(name), find_binaries(None))
        server.start()
        try:
            database = ensure_database(server, "bank", "bank")
            migrate(database)
            account_ids, tokens = add_payers(database, 3)
            directory = server.home / "served"
            with servers.bank(database, directory, BANK_GRPC_ADDRESS="127.0.0.1:0") as url:
                yield url, servers.grpc_url(directory), account_ids, tokens
        finally:
            server.stop()


def _end(*_: object) -> None:
    sys.exit("terminated")


signal.signal(signal.SIGTERM, _end)
with _bank() as bank:
    print(describe_machine())
    WRONG_COUNT = uvloop.run(main(*bank))
sys.exit(1 if WRONG_COUNT else 0)
