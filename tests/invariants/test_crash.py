"""A killed process loses no answered request, and the key of any other tells its outcome."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.processes.processes import Served, postmaster_pid, run_bankapp

CLIENT_COUNT = 20
REQUEST_COUNT = 400


@asynccontextmanager
async def session_of(served: Served, token: str) -> AsyncGenerator[aiohttp.ClientSession]:
    event = served.event("listening")
    assert event is not None
    connector = aiohttp.TCPConnector(limit=200)
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(event["url"], connector=connector, headers=headers) as session:
        yield session


async def deposit(session: aiohttp.ClientSession, account_id: int, number: int) -> Any:
    """Deposit `number` cents under a key of its own; the transfer, and whether it is a replay."""
    path = f"/v1/accounts/{account_id}/deposits"
    body = {"amount": number, "currency": "USD"}
    headers = {"Idempotency-Key": f"deposit-{number}"}
    async with session.post(path, json=body, headers=headers) as response:
        if response.status == 503:  # the database goes before the server does
            raise aiohttp.ServerConnectionError
        assert response.status == 201
        return await response.json(), "Idempotent-Replayed" in response.headers


@pytest.mark.parametrize("victim", ["server", "postgres"])
@pytest.mark.parametrize("killed_after", [0, 40, 200], ids="after {} answers".format)
async def test_every_request_happens_once(home: Path, killed_after: int, victim: str) -> None:
    """Goal: `kill -9` in the middle of 400 deposits loses nothing and doubles nothing.

    Method: 20 clients deposit one after the other, each deposit under a key of its own, until the
    kill. After a restart all are sent again: what was answered gets that answer, and together they
    are in the account exactly once. `bankapp verify` is clean before and after.
    """
    answered: dict[int, Any] = {}
    with Served(home, name="first") as served:
        served.wait()
        admin = served.log_in_admin()
        account_id = served.open_account()

        def kill() -> None:
            if victim == "server":
                served.process.kill()
            else:
                os.kill(postmaster_pid(home), signal.SIGKILL)

        async def client(session: aiohttp.ClientSession, first: int) -> None:
            for number in range(first, REQUEST_COUNT + 1, CLIENT_COUNT):
                try:
                    answered[number], _ = await deposit(session, account_id, number)
                except (aiohttp.ClientError, OSError):
                    return  # killed before it could answer
                if len(answered) == killed_after:
                    kill()

        async with session_of(served, admin) as session:
            clients = [asyncio.create_task(client(session, n + 1)) for n in range(CLIENT_COUNT)]
            if killed_after == 0:
                kill()
            await asyncio.gather(*clients)
        assert served.process.wait() == (-9 if victim == "server" else 1)
    assert killed_after <= len(answered) < REQUEST_COUNT

    verified = run_bankapp("verify", cwd=home.parent, BANK_DATA_DIR=home)
    assert verified.returncode == 0, verified

    with Served(home, name="second") as served:
        served.wait()
        async with session_of(served, served.log_in_admin()) as session:
            for number in range(1, REQUEST_COUNT + 1):
                transfer, is_replay = await deposit(session, account_id, number)
                if number in answered:
                    assert (transfer, is_replay) == (answered[number], True)
        balance = served.ask("GET", f"/v1/accounts/{account_id}", token=served.log_in_admin())
        assert balance.body["balance"] == sum(range(1, REQUEST_COUNT + 1))
        served.stop(15)
    verified = run_bankapp("verify", cwd=home.parent, BANK_DATA_DIR=home)
    assert verified.returncode == 0, verified
