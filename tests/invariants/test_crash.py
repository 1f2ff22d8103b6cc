"""The server is killed; what it answered for stays."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.process.processes import Served, run_bankapp


@asynccontextmanager
async def session_of(served: Served, token: str) -> AsyncGenerator[aiohttp.ClientSession]:
    event = served.event("listening")
    assert event is not None
    connector = aiohttp.TCPConnector(limit=200)
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(event["url"], connector=connector, headers=headers) as session:
        yield session


@pytest.mark.parametrize("killed_after", [0, 40, 120], ids="after {} answers".format)
async def test_no_answered_transfer_is_lost(home: Path, killed_after: int) -> None:
    """Goal: `kill -9` in the middle of 200 transfers at once loses nothing that was answered 201.

    Method: the kill comes when so many answers are in; after a restart every answered transfer is
    found by its id with its amount, and `bankapp verify` is clean.
    """
    answered: dict[int, int] = {}
    with Served(home, name="first") as served:
        served.wait()
        admin = served.log_in_admin()
        account_id = served.open_account()

        async def deposit(session: aiohttp.ClientSession, amount: int) -> None:
            body = {"amount": amount, "currency": "USD"}
            path = f"/v1/accounts/{account_id}/deposits"
            try:
                async with session.post(path, json=body) as response:
                    transfer = await response.json()
            except aiohttp.ClientError:
                return  # killed before it could answer
            assert response.status == 201
            answered[transfer["id"]] = transfer["amount"]
            if len(answered) >= killed_after:
                served.process.kill()

        async with session_of(served, admin) as session:
            jobs = [asyncio.create_task(deposit(session, amount)) for amount in range(1, 201)]
            if killed_after == 0:
                served.process.kill()
            await asyncio.gather(*jobs)
        assert served.process.wait() == -9
    assert len(answered) < 200

    verified = run_bankapp("verify", cwd=home.parent, BANK_DATA_DIR=home)
    assert verified.returncode == 0, verified

    with Served(home, name="second") as served:
        served.wait()
        admin = served.log_in_admin()
        for transfer_id, amount in answered.items():
            found = served.ask("GET", f"/v1/transfers/{transfer_id}", token=admin)
            assert (found.status, found.body["amount"]) == (200, amount)
        served.stop(15)
