"""The feed of the bank over HTTP: all of it, once, whatever happens to either side."""

import asyncio
from pathlib import Path

import psycopg
from aiohttp.test_utils import TestServer, unused_port

from bankapp.api.http.server import create_app
from bankapp.domain.origin import THE_BANK
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from monitor.bank import Bank as WatchedBank
from monitor.bank import Credentials
from monitor.database import Pool
from monitor.maintenance import settle_generation
from tests.factories import PASSWORD, Make, transfer
from tests.feed import facts
from tests.monitor.program import Monitoring
from tests.monitor.watching import CREDENTIALS, Watch

EVENT_COUNT = 25
KILL_COUNT = 3


async def make_events(watch: Watch, make: Make, count: int = EVENT_COUNT) -> None:
    """So many transfers."""
    source, target = await make.account(balance=count), await make.account()
    for _ in range(count):
        await watch.store.postings.post([transfer(source, target, 1)])


async def assert_complete(watch: Watch) -> None:
    """Everything that the bank tells is stored and counted, once: its own logins as well."""
    await watch.read()
    expected = [fact.position for fact in await facts(watch.store)]
    assert await watch.positions() == expected
    assert set((await watch.counted()).values()) == {len(expected)}


async def test_everything_is_stored_once(watch: Watch, make: Make) -> None:
    await make_events(watch, make)
    await watch.read()
    async with watch.reading():
        await make_events(watch, make)
        await watch.until_read()
    await assert_complete(watch)


async def test_two_monitors_on_one_database(watch: Watch, make: Make) -> None:
    """Goal: two that read at once store everything once. Method: both, while much happens."""
    async with watch.reading(), watch.reading():
        await make_events(watch, make)
        await watch.until_read()
        await make_events(watch, make)
        await watch.until_read()
    await assert_complete(watch)


async def test_a_killed_monitor_misses_nothing(
    watch: Watch, make: Make, monitor_url: str, bank_url: str, tmp_path: Path
) -> None:
    """Goal: whenever it is killed, everything is stored and counted once in the end.

    Method: the program is killed three times by SIGKILL amidst transfers.
    """
    settings = {
        "MONITOR_DATABASE_URL": monitor_url,
        "MONITOR_BANK_URL": bank_url,
        "MONITOR_BANK_USERNAME": CREDENTIALS.username,
        "MONITOR_BANK_PASSWORD": PASSWORD,
    }
    for number in range(1, KILL_COUNT + 1):
        with Monitoring(tmp_path / "monitor", name=f"monitor_{number}", **settings) as program:
            posting = asyncio.create_task(make_events(watch, make))
            await until_position(watch, EVENT_COUNT * number)
            program.process.kill()
            await posting
    await assert_complete(watch)


async def until_position(watch: Watch, position: int) -> None:
    """Return as soon as the monitor has come so far."""
    async with asyncio.timeout(60):
        while (await watch.storing.place()).position < position:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.01)


async def test_the_session_ends(watch: Watch, make: Make) -> None:
    """A banker who is blocked and unblocked has no session any more, and logs in again."""
    store = watch.store
    async with watch.reading():
        await make_events(watch, make, 1)
        await watch.until_read()
        for is_blocked in (True, False):
            await store.users.block(CREDENTIALS.username, is_blocked=is_blocked, origin=THE_BANK)
        await make_events(watch, make, 1)
        await watch.until_read()
    await assert_complete(watch)


async def until_trouble(watch: Watch, expected: str) -> None:
    """Read until this is noted to be wrong."""
    found = None
    async with watch.reading():
        for _ in range(1_000):
            found = (await watch.storing.place()).trouble
            if expected in (found or ""):
                return
            await asyncio.sleep(0.01)
    raise AssertionError(found)


async def test_trouble_is_told_until_it_is_over(monitor_pool: Pool, bank: Bank, make: Make) -> None:
    """The bank is away, then there is no such user, then it is no banker, then all is well."""
    port = unused_port()
    async with WatchedBank(f"http://127.0.0.1:{port}", CREDENTIALS) as watched:
        watch = Watch(monitor_pool, watched, bank.store)
        await until_trouble(watch, "the bank does not answer")
        async with TestServer(create_app(bank), port=port):
            await until_trouble(watch, "does not know MONITOR_BANK_USERNAME")
            await make.user(CREDENTIALS.username)
            await until_trouble(watch, "is no banker")
            await bank.store.users.change_role(CREDENTIALS.username, Role.BANKER)
            place = await watch.read()
    assert (place.trouble, place.trouble_since) == (None, None)


async def test_a_password_in_a_file(watch: Watch, bank_url: str, tmp_path: Path) -> None:
    credentials = Credentials(CREDENTIALS.username, None, tmp_path / "password")
    async with WatchedBank(bank_url, credentials) as watched:
        other = Watch(watch.pool, watched, watch.store)
        await until_trouble(
            other,
            f"{tmp_path}/password cannot be read: start the bank, which writes it, or set "
            "MONITOR_BANK_PASSWORD",
        )
        (tmp_path / "password").write_text(f"{PASSWORD}\n")
        await other.read()
    await assert_complete(other)


async def test_a_bank_that_is_restored_to_an_earlier_time(
    watch: Watch, make: Make, superuser: psycopg.Connection[tuple[object, ...]]
) -> None:
    """Goal: what the bank has lost is told apart, and what it does instead is stored.

    Method: as a restore would, the database forgets its last events; then the operator begins a new
    epoch, while the monitor waits for news.
    """
    account = await make.account(balance=100)
    await watch.read()
    kept = await watch.positions()
    await watch.store.accounts.freeze(account.id, origin=THE_BANK)
    await watch.store.accounts.thaw(account.id, origin=THE_BANK)
    async with watch.reading():
        lost = (await watch.until_read()).position
        superuser.execute("SET session_replication_role = replica")
        # Not the login of the monitor, which may be behind what it has read by then.
        forget = "DELETE FROM audit_events WHERE id > %s AND action LIKE 'account.%%'"
        superuser.execute(forget, [kept[-1]])
        superuser.execute("SELECT begin_feed_epoch()")
        await watch.store.accounts.freeze(account.id, origin=THE_BANK)
        place = await watch.until_read()
    assert (place.generation, place.epoch) == (2, 2)
    assert await settle_generation(watch.pool) == 2
    await assert_complete(watch)
    assert (await watch.positions())[: len(kept)] == kept
    query = "SELECT position, type FROM lost_events ORDER BY position"
    assert await watch.rows(query) == [
        (lost - 1, "account.frozen"),
        (lost, "account.thawed"),
    ]
