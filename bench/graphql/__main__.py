"""python -m bench.graphql: a page of 20 accounts with 20 entries each, beside the calls for it.

The calls come one after another, as a client makes that has one connection, and at the same time,
as one makes that has 20. Latency is the median of the rounds, in which the ways take turns; the
processor is that of the server.
"""

import asyncio
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import aiohttp
import psycopg
import uvloop

from bankapp.postgres.migrations import migrate
from bench.ledger import servers
from bench.ledger.machine import describe_machine
from bench.ledger.people import add_payers
from own_postgres import EmbeddedServer, ensure_database, find_binaries

ACCOUNT_COUNT: Final = 20
ENTRY_COUNT: Final = 20
ROUND_COUNT: Final = 100
QUERY: Final = f"""{{ accounts(limit: {ACCOUNT_COUNT}) {{ items {{
    id owner currency balance availableBalance status createdAt
    entries(limit: {ENTRY_COUNT}) {{
        items {{ id accountId transferId amount balanceAfter createdAt }} nextCursor
    }} }} nextCursor }} }}"""
# Nobody has 20 open accounts, so all but the first are closed, and empty: they are listed as well.
_GIVE_ALL_TO_ONE: Final = """
ALTER TABLE accounts DISABLE TRIGGER USER;
UPDATE accounts
SET owner = (SELECT owner FROM accounts WHERE id = {first}), status = 'closed', balance = 0
WHERE id > {first} AND owner IS NOT NULL;
ALTER TABLE accounts ENABLE TRIGGER USER;
"""
Way: TypeAlias = Callable[[], Awaitable[int]]


class Client:
    """Asks one server as one user. Each way returns how many entries it got."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def by_graphql(self) -> int:
        """All in one request."""
        answer = await self._session.post(f"{self._url}/graphql", json={"query": QUERY})
        body = await answer.json(content_type=None)
        return sum(len(one["entries"]["items"]) for one in body["data"]["accounts"]["items"])

    async def one_by_one(self) -> int:
        """A call for the accounts, then one for the entries of each."""
        return sum([await self._entries(one["id"]) for one in await self._accounts()])

    async def at_once(self) -> int:
        """A call for the accounts, then those for the entries at the same time."""
        ids = [one["id"] for one in await self._accounts()]
        return sum(await asyncio.gather(*map(self._entries, ids)))

    async def _accounts(self) -> list[dict[str, Any]]:
        return await self._get(f"/v1/accounts?limit={ACCOUNT_COUNT}")

    async def _entries(self, account_id: int) -> int:
        return len(await self._get(f"/v1/accounts/{account_id}/entries?limit={ENTRY_COUNT}"))

    async def _get(self, path: str) -> list[dict[str, Any]]:
        async with self._session.get(self._url + path) as answer:
            items: list[dict[str, Any]] = (await answer.json())["items"]
            return items

    async def processor_s(self) -> float:
        """What the server has used since its start."""
        async with self._session.get(f"{self._url}/metrics") as answer:
            text = await answer.text()
        return float(re.findall(r"^process_cpu_seconds_total (\S+)", text, re.MULTILINE)[0])


async def pay(url: str, account_ids: list[int], tokens: list[str]) -> None:
    """Each account pays the next one as often as there are to be entries."""
    async with aiohttp.ClientSession() as session:
        for number, token in enumerate(tokens):
            item = {
                "from_account_id": account_ids[number],
                "to_account_id": account_ids[(number + 1) % len(account_ids)],
                "amount": 1,
                "currency": "USD",
            }
            async with session.post(
                f"{url}/v1/transfers/batch",
                json={"mode": "atomic", "transfers": [item] * ENTRY_COUNT},
                headers={"Authorization": f"Bearer {token}"},
            ) as answer:
                assert answer.status == 200, await answer.text()


async def compare(url: str, token: str) -> None:
    """Print the latency and the processor of each way."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        client = Client(session, url)
        ways: Mapping[str, Way] = {
            "1 request of GraphQL": client.by_graphql,
            "21 calls, one by one": client.one_by_one,
            "21 calls, 20 at once": client.at_once,
        }
        latencies_ms: dict[str, list[float]] = {name: [] for name in ways}
        processor_ms = dict.fromkeys(ways, 0.0)
        for number in range(ROUND_COUNT + 5):
            for name, way in ways.items():
                used_s, started_s = await client.processor_s(), time.perf_counter()
                assert await way() == ACCOUNT_COUNT * ENTRY_COUNT
                latency_ms = (time.perf_counter() - started_s) * 1000
                if number >= 5:  # first the connections are made and the document is parsed
                    latencies_ms[name].append(latency_ms)
                    processor_ms[name] += (await client.processor_s() - used_s) * 1000
    print(f"{'':<22}{'p50 ms':>8}{'p95 ms':>8}{'server ms':>11}")
    for name, found in latencies_ms.items():
        p95_ms = statistics.quantiles(found, n=20)[-1]
        used_ms = processor_ms[name] / ROUND_COUNT
        print(f"{name:<22}{statistics.median(found):>8.1f}{p95_ms:>8.1f}{used_ms:>11.1f}")


def main() -> None:
    """Fill a bank, serve it, and compare."""
    print(describe_machine())
    with tempfile.TemporaryDirectory(prefix="bankapp-bench-") as name:
        server = EmbeddedServer(Path(name), find_binaries(None))
        server.start()
        try:
            database = ensure_database(server, "bank", "bank")
            migrate(database)
            account_ids, tokens = add_payers(database, ACCOUNT_COUNT)
            with servers.bank(database, server.home / "served") as url:
                uvloop.run(pay(url, account_ids, tokens))
                with psycopg.connect(database) as connection:
                    statements = _GIVE_ALL_TO_ONE.format(first=account_ids[0])
                    connection.execute(statements.encode())
                uvloop.run(compare(url, tokens[0]))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
