"""The bank dies between COMMIT and its answer."""

import asyncio
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

import pytest

from bankapp_client import Retries
from client_tests.clients import Connect
from tests.processes.processes import Served, run_bankapp

PATIENT: Final = Retries(count_max=1000, delay_s=0.2, delay_max_s=0.2)


class Wire:
    """Lies between client and bank, carries one request a connection, and can lose an answer."""

    def __init__(self) -> None:
        self.url = ""
        self.bank: Served | None = None
        self.loses_next = False
        self.lost = asyncio.Event()
        self.keys: list[bytes] = []

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hangs up where there is no bank, or where it dies before its answer is out."""
        try:
            request = await _read(reader)
            self.keys += re.findall(rb"(?i)idempotency-key: (.*)\r\n", request)
            if self.bank is not None:
                answer = await self._ask(self.bank, request)
                if self.loses_next:
                    self._kill(self.bank)
                else:
                    writer.write(answer)
        finally:
            writer.close()

    def _kill(self, bank: Served) -> None:
        bank.process.kill()
        self.bank = None
        self.loses_next = False
        self.lost.set()

    async def _ask(self, bank: Served, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*bank.address)
        writer.write(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        try:
            return await reader.read()
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).replace(b"Connection: keep-alive\r\n", b"")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


@pytest.fixture
async def wire() -> AsyncGenerator[Wire]:
    wire = Wire()
    async with await asyncio.start_server(wire.carry, "127.0.0.1") as server:
        host, port = server.sockets[0].getsockname()
        wire.url = f"http://{host}:{port}"
        yield wire


async def test_an_answer_that_is_lost_is_asked_for_again(
    home: Path, wire: Wire, connect: Connect
) -> None:
    """Goal: what the bank did before it died is not done twice, and the program never knows.

    Method: the bank is killed when its answer to a transfer has left it, and so after COMMIT; the
    answer goes nowhere. Another one is started in its place while the client tries again.
    """
    admin, alice = (connect(wire.url, retries=PATIENT) for _ in range(2))
    with Served(home, name="first") as first:
        wire.bank = first.wait()
        password = (home / "admin_password").read_text()
        await admin.ask("log_in", username="admin", password=password)
        person = {"username": "alice", "password": "correct horse battery staple"}
        await alice.ask("create_user", **person, full_name="Alice", email="alice@example.com")
        await alice.ask("log_in", **person)
        source = await alice.ask("open_account", currency="USD")
        target = await admin.ask("open_account", currency="USD")
        await admin.ask("create_deposit", source.id, amount=1000, currency="USD")
        wire.loses_next = True
        paying = asyncio.create_task(
            alice.ask(
                "create_transfer",
                from_account_id=source.id,
                to_account_id=target.id,
                amount=300,
                currency="USD",
            )
        )
        await wire.lost.wait()
    with Served(home, name="second") as second:
        wire.bank = await asyncio.to_thread(second.wait)
        made = await paying
        assert made.from_account.balance == 700
        [transfer] = await admin.read("list_transfers")
        assert transfer == made.transfer
        assert wire.keys[-1] == wire.keys[-2]
    assert run_bankapp("verify", cwd=home.parent, BANK_DATA_DIR=home).returncode == 0
