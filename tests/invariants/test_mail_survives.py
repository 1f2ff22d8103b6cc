"""Server and worker are killed; every sign-up that committed gets its mail, and no other."""

import asyncio
import itertools
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psycopg

from tests.job_runner import code_of
from tests.mail_server import Mailbox, mail_server
from tests.processes.processes import Served, Working

# A longer run: MAIL_SIGN_UPS=1000 MAIL_KILLS=100 pytest -s tests/invariants/test_mail_survives.py
SIGN_UP_COUNT = int(os.environ.get("MAIL_SIGN_UPS", "40"))
KILL_COUNT = int(os.environ.get("MAIL_KILLS", "4"))
CLIENT_COUNT = 4

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass
class Bank:
    """A server and a worker of one database, which are killed and started again."""

    scratch: Path
    settings: dict[str, object]
    stack: ExitStack
    served: Served = field(init=False)
    working: Working = field(init=False)
    starts: Any = field(default_factory=itertools.count)

    def start_server(self) -> None:
        served = Served(self.scratch / "data", name=f"serve_{next(self.starts)}", **self.settings)
        self.served = self.stack.enter_context(served).wait()

    def start_worker(self) -> None:
        working = Working(self.scratch / "data", name=f"work_{next(self.starts)}", **self.settings)
        self.working = self.stack.enter_context(working).wait()

    def kill_server(self) -> None:
        self.served.process.kill()
        self.served.process.wait()
        self.start_server()

    def kill_worker(self) -> None:
        self.working.process.kill()
        self.working.process.wait()
        self.start_worker()


async def sign_up(bank: Bank, session: aiohttp.ClientSession, number: int) -> None:
    """Until it is answered: a lost answer is asked for again. Each third is refused at first."""
    name = f"user_{number}"
    person = {
        "username": name,
        "password": "correct horse battery staple",
        "full_name": name,
        "email": f"{name}@example.com",
    }
    if number % 3 == 0 and number:
        twin = {**person, "username": f"twin_{number}", "email": "user_0@example.com"}
        await ask(bank, session, twin)
    status = await ask(bank, session, person)
    assert status in (201, 409), status


async def ask(bank: Bank, session: aiohttp.ClientSession, person: dict[str, str]) -> int:
    while True:
        host, port = bank.served.address
        try:
            url = f"http://{host}:{port}/v1/users"
            async with session.post(url, json=person) as response:
                if response.status != 503:
                    return response.status
        except aiohttp.ClientError:
            await asyncio.sleep(0.02)


async def run_clients(bank: Bank) -> None:
    """Sign everybody up, a batch for each kill, which comes in the middle of its batch."""
    size = SIGN_UP_COUNT // KILL_COUNT
    async with aiohttp.ClientSession() as session:
        await sign_up(bank, session, 0)  # whose address the twins want
        for kill in range(KILL_COUNT):
            numbers = iter(range(kill * size, (kill + 1) * size))
            half = asyncio.Event()
            clients = [
                asyncio.create_task(run_client(bank, session, numbers, size // 2, half))
                for _ in range(CLIENT_COUNT)
            ]
            await half.wait()
            await asyncio.to_thread(bank.kill_worker if kill % 2 else bank.kill_server)
            await asyncio.gather(*clients)


async def run_client(
    bank: Bank,
    session: aiohttp.ClientSession,
    numbers: Iterator[int],
    left: int,
    half: asyncio.Event,
) -> None:
    for number in numbers:
        await sign_up(bank, session, number)
        if number % (2 * left) >= left:
            half.set()


async def wait_for_everybody(mailbox: Mailbox, addresses: set[str]) -> None:
    while {str(message["To"]) for message in mailbox.messages} != addresses:
        await mailbox.wait_for(len(mailbox.messages) + 1, timeout_s=60)


async def test_every_committed_sign_up_gets_its_mail(
    database_url: str, scratch: Path, connection: Connection
) -> None:
    """Goal: `kill -9` of server and worker loses no mail and sends none that was rolled back.

    Method: clients sign up people while server and worker are killed in turn; a third of the
    requests is refused by a constraint first. In the end every user in the database has a mail,
    every mail names a code in the database, and every user's newest code works.
    """
    async with mail_server() as mailbox:
        settings: dict[str, object] = {
            "DATABASE_URL": database_url,
            "BANK_WORK_IN_SERVE": "off",
            "BANK_SMTP_URL": mailbox.url,
            "BANK_PUBLIC_URL": "https://bank.example.org",
            "BANK_RATE_LIMITS": "off",
        }
        with ExitStack() as stack:
            bank = Bank(scratch, settings, stack)
            await asyncio.to_thread(bank.start_server)
            await asyncio.to_thread(bank.start_worker)
            await run_clients(bank)
            rows = connection.execute("SELECT username, email FROM users").fetchall()
            users = {str(name): str(email) for name, email in rows}
            assert set(users) == {f"user_{number}" for number in range(SIGN_UP_COUNT)}
            await wait_for_everybody(mailbox, set(users.values()))
            known = {row[0] for row in connection.execute("SELECT id FROM email_verifications")}
            connection.commit()
            codes = [code_of(message) for message in mailbox.messages]
            assert {email_id for email_id, _ in codes} == known
            for email_id, code in dict(codes).items():
                body = {"email_id": email_id, "secret_code": code}
                verified = await asyncio.to_thread(
                    bank.served.ask, "POST", "/v1/verify_email", body
                )
                assert verified.status == 200, verified
        unproved = connection.execute("SELECT FROM users WHERE NOT is_email_verified").rowcount
    print(f"{KILL_COUNT} kills, {len(users)} sign-ups, {len(codes)} mails, {unproved} codes lost")
    assert unproved == 0
