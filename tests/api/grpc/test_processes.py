"""`bankapp serve` with gRPC: in one process and in several, replaced and killed."""

import asyncio
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from grpc import StatusCode

from tests.api.grpc.kills import grpc_port, paid_over_kills
from tests.certificates import certificate_of
from tests.grpc_calls import calling
from tests.processes.processes import Served, until

ADDRESS = "127.0.0.1:0"


async def ask(port: int) -> StatusCode:
    """The answer to a request on a connection of its own."""
    async with calling(port) as client:
        return (await client.ask("list_currencies")).code


async def test_one_process(home: Path) -> None:
    with Served(home, BANK_GRPC_ADDRESS=ADDRESS) as served:
        await asyncio.to_thread(served.wait)
        assert await ask(grpc_port(served)) is StatusCode.OK
        assert await asyncio.to_thread(served.stop, signal.SIGTERM) == 0


async def test_workers_share_the_port_and_are_replaced(home: Path) -> None:
    """Goal: at a reload no request is lost that its client sends again under its key.

    Method: requests one after the other, from connections of their own, over a SIGHUP.
    """
    with Served(home, BANK_GRPC_ADDRESS=ADDRESS, BANK_WORKERS=2) as served:
        await asyncio.to_thread(served.wait)
        port = grpc_port(served)
        served.process.send_signal(signal.SIGHUP)
        while not served.event("reloaded"):
            assert await ask(port) in (StatusCode.OK, StatusCode.UNAVAILABLE)
            await asyncio.sleep(0.05)
        await asyncio.to_thread(until, lambda: len(served.events("worker stopping")) == 2, 60)
        for _ in range(10):
            assert await ask(port) is StatusCode.OK


async def test_a_long_poll_does_not_hold_up_a_stop(home: Path) -> None:
    with Served(home, BANK_GRPC_ADDRESS=ADDRESS) as served:
        await asyncio.to_thread(served.wait)
        token = served.log_in_admin()
        async with calling(grpc_port(served)) as client:
            waiting = asyncio.create_task(
                client.ask("list_events", {"cursor": "last", "wait_s": 25}, token=token)
            )
            await client.ask("list_currencies")
            assert await asyncio.to_thread(served.stop, signal.SIGTERM) == 0
            assert (await waiting).code in (StatusCode.OK, StatusCode.UNAVAILABLE)


def test_the_address_is_in_use(home: Path) -> None:
    """Goal: no two banks share a port unnoticed, though gRPC's sockets may be shared."""
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with Served(home, BANK_GRPC_ADDRESS=address) as served:
            assert served.failure() == (
                f"cannot listen on {address} (Address already in use); "
                "set BANK_GRPC_ADDRESS to another one"
            )


def test_a_certificate_that_is_none(home: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "x.pem"
    wrong.write_text("no certificate")
    tls: dict[str, Any] = {"BANK_GRPC_TLS_CERT": wrong, "BANK_GRPC_TLS_KEY": wrong}
    with Served(home, BANK_GRPC_ADDRESS=ADDRESS, **tls) as served:
        assert served.failure(2).startswith("BANK_GRPC_TLS_CERT or BANK_GRPC_TLS_KEY: ")


def test_a_certificate_is_served(home: Path, tmp_path: Path) -> None:
    certificate = certificate_of("127.0.0.1", tmp_path)
    tls: dict[str, Any] = {"BANK_GRPC_TLS_CERT": certificate, "BANK_GRPC_TLS_KEY": certificate}
    with Served(home, BANK_GRPC_ADDRESS=ADDRESS, **tls) as served:
        served.wait()
        buf = Path(sys.prefix, "bin", "buf")
        path = "bank.v1.LedgerService/ListCurrencies"
        url = f"https://127.0.0.1:{grpc_port(served)}/{path}"
        done = subprocess.run(
            [buf, "curl", "--protocol", "grpc", "--cacert", certificate, url],
            capture_output=True,
            text=True,
            check=True,
        )
        assert '"code": "USD"' in done.stdout


def test_grpc_is_loaded_only_where_it_is_served() -> None:
    program = "import sys, bankapp.processes.server; print('grpc' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


async def test_kills_lose_nothing_and_do_nothing_twice(home: Path) -> None:
    """Goal: each posting once. Method: every key is sent until it is answered, twice.

    `make grpc-storm` does it with 5,000 deposits and 20 kills.
    """
    with Served(home, BANK_GRPC_ADDRESS=ADDRESS, BANK_WORKERS=2) as served:
        await asyncio.to_thread(served.wait)
        token = await asyncio.to_thread(served.log_in_admin)
        account_id = await asyncio.to_thread(served.open_account)
        outcome = await paid_over_kills(served, account_id, token, request_count=300, kill_count=2)
        account = await asyncio.to_thread(
            served.ask, "GET", f"/v1/accounts/{account_id}", token=token
        )
    assert outcome.is_right, outcome
    assert account.body["balance"] == 300
