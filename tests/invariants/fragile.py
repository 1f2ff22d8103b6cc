"""A bank whose server and whose PostgreSQL can be killed, each by itself, and come back."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from bankapp.postgres.database import DATABASE, OWNER
from own_postgres import EmbeddedServer, ensure_database
from tests.invariants.storm import ACCOUNT_COUNT, BALANCE, Reply, Request
from tests.postgresql import BINARIES
from tests.processes.processes import Served, postmaster_pid, until

PASSWORD: Final = "correct horse battery staple"
START_TIMEOUT_S: Final = 120  # it starts under full load
TIMEOUT: Final = aiohttp.ClientTimeout(total=60)


class FragileBank:
    """The programs, on `home`: PostgreSQL with its settings, and the server beside it."""

    def __init__(self, home: Path, postgres_settings: Mapping[str, str]) -> None:
        self.home = home
        self._postgres = EmbeddedServer(home, BINARIES, postgres_settings)
        self._serving = ExitStack()
        self._start_count = 0

    def start(self) -> None:
        """Start both."""
        self._postgres.start()
        self.url = ensure_database(self._postgres, DATABASE, OWNER)
        self.superuser_url = self._postgres.url(DATABASE)
        self._serve()

    def _serve(self) -> None:
        self._start_count += 1
        served = Served(
            self.home,
            name=f"serve-{self._start_count}",
            DATABASE_URL=self.url,
            BANK_ACCESS_TOKEN_DURATION="24h",
            BANK_ADMIN_USERNAME="admin",
            BANK_ADMIN_PASSWORD=PASSWORD,
        )
        self.served = self._serving.enter_context(served)
        until(lambda: self.served.event("listening"), START_TIMEOUT_S)
        host, port = self.served.address
        self.address = f"http://{host}:{port}"

    def stop(self) -> None:
        """Stop both."""
        self._serving.close()
        self._postgres.stop()

    async def kill_server(self) -> None:
        """Kill the server by SIGKILL, and start it again."""
        self.served.process.kill()
        self._serving.close()
        await asyncio.to_thread(self._serve)

    async def kill_postgres(self) -> None:
        """Kill the postmaster by SIGKILL, and start it again; the server goes on."""
        os.kill(postmaster_pid(self.home), signal.SIGKILL)
        self._postgres.stop()
        await asyncio.to_thread(self._postgres.start)

    def logs(self) -> list[str]:
        """Every line that its servers have logged."""
        names = self.home.parent.glob("serve-*.log")
        return [line for name in names for line in name.read_text().splitlines()]

    def populate(self) -> tuple[list[str], list[int]]:
        """People with an account and money each: the tokens, last the banker's, and the ids."""
        tokens: list[str] = []
        account_ids: list[int] = []
        banker = self.served.log_in("admin", PASSWORD)
        for number in range(ACCOUNT_COUNT):
            person = {
                "username": f"storm_{number}",
                "password": PASSWORD,
                "full_name": "Storm",
                "email": f"storm_{number}@example.com",
            }
            assert self.served.ask("POST", "/v1/users", person).status == 201
            tokens.append(self.served.log_in(person["username"], PASSWORD))
            account = self.served.ask("POST", "/v1/accounts", {"currency": "USD"}, token=tokens[-1])
            account_ids.append(account.body["id"])
            assert self.served.deposit(account_ids[-1], BALANCE, banker).status == 201
        return [*tokens, banker], account_ids


class Sender:
    """Sends the requests of a storm over HTTP, to wherever the server is."""

    def __init__(
        self, session: aiohttp.ClientSession, bank: FragileBank, tokens: list[str]
    ) -> None:
        self._session = session
        self._bank = bank
        self._tokens = tokens

    async def send(self, request: Request) -> Reply | None:
        """The answer, or None where the connection broke."""
        headers = {
            "Authorization": f"Bearer {self._tokens[request.asker]}",
            "Idempotency-Key": request.key,
        }
        url = self._bank.address + request.path
        try:
            async with self._session.post(url, json=request.body, headers=headers) as response:
                is_replay = "Idempotent-Replayed" in response.headers
                body = await response.json(content_type=None)
                return Reply(response.status, body, is_replay)
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
            return None

    async def read(self, asker: int, query: Mapping[str, object]) -> Reply | None:
        """A page of the feed for one of the people, or None where the connection broke."""
        headers = {"Authorization": f"Bearer {self._tokens[asker]}"}
        url = f"{self._bank.address}/v1/events"
        params = {name: str(value) for name, value in query.items()}
        try:
            async with self._session.get(url, params=params, headers=headers) as response:
                return Reply(
                    response.status, await response.json(content_type=None), is_replay=False
                )
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
            return None


@asynccontextmanager
async def sender(bank: FragileBank, tokens: list[str]) -> AsyncGenerator[Sender]:
    """A sender on as many connections as it takes."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as session:
        yield Sender(session, bank, tokens)
