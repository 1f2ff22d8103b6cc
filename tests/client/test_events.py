"""Programs that follow what happens at the bank."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from bankapp.domain.feed import Place
from bankapp.domain.origin import THE_BANK
from bankapp.domain.postings import Posting
from bankapp.domain.roles import Role
from bankapp.store.store import Store
from bankapp_client import AsyncClient, models, problems
from client_tests.clients import Connected
from tests.api.conftest import Connection
from tests.factories import PASSWORD, Make, transfer
from tests.feed import facts, settle
from tests.processes.processes import until

LogIn = Callable[..., Awaitable[Connected]]
KILL_COUNT: Final = 3
TRANSFER_COUNT: Final = 60


async def test_what_happens_is_told_while_one_waits(
    log_in: LogIn, make: Make, store: Store
) -> None:
    """Goal: a follower is told at once, and of nothing else than it asked for."""
    alice = await log_in("alice")
    source, target = await make.account(owner="alice", balance=100), await make.account()
    await settle(store)
    feed = alice.client.follow_events(
        cursor=str(await store.feed.last_place()), types=["transfer.posted"], account_id=source.id
    )
    following = asyncio.create_task(alice.read_all(feed, count=2))
    for amount in (3, 4):
        await store.accounts.freeze(target.id, origin=THE_BANK)
        await store.accounts.thaw(target.id, origin=THE_BANK)
        await store.postings.post([transfer(source, target, amount)])
    told = await following
    assert [type(event) for event in told] == [models.TransferPostedEvent] * 2
    assert [(event.data.amount, event.data.from_balance_after) for event in told] == [
        *[(3, 97), (4, 93)]
    ]
    assert {event.data.to_balance_after for event in told} == {None}
    assert feed.cursor == told[-1].id


async def test_every_event_has_its_class(log_in: LogIn, make: Make, store: Store) -> None:
    banker = await log_in("banker", Role.BANKER)
    account = await make.account(balance=100)
    await store.accounts.freeze(account.id, origin=THE_BANK)
    await settle(store)
    told = await banker.read("follow_events", wait_s=None, page_size=2)
    assert [event.type for event in told] == [fact.name for fact in await facts(store)]
    assert isinstance(told[-1], models.AccountFrozenEvent)
    assert not any(isinstance(event, models.UnknownEvent) for event in told)


async def test_a_call_waits_longer_than_other_calls_may_take(log_in: LogIn, store: Store) -> None:
    """Goal: the bank, not the client, ends a call that waits."""
    alice = await log_in("alice", timeout_s=0.9)
    await settle(store)
    cursor = str(await store.feed.last_place())
    page = await alice.ask("list_events", cursor=cursor, wait_s=1)
    assert (page.items, page.has_more) == ([], False)


async def test_a_rewound_feed_is_an_exception(
    log_in: LogIn, store: Store, connection: Connection
) -> None:
    alice = await log_in("alice")
    await settle(store)
    feed = alice.client.follow_events(wait_s=None)
    told = await alice.read_all(feed)
    connection.execute("SELECT begin_feed_epoch()")
    connection.commit()
    with pytest.raises(problems.FeedRewound):
        await alice.read_all(feed)
    again = await alice.read("follow_events", wait_s=None)
    assert [Place.parse(event.id).epoch for event in again] == [2] * len(told)


@asynccontextmanager
async def reading(bank_url: str, access_token: str, file: Path) -> AsyncGenerator[None]:
    """A reader that is killed when the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.client.reader", bank_url, access_token, file)
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def until_read(file: Path, count: int) -> None:
    """Return as soon as so many events are read."""
    await asyncio.to_thread(until, lambda: len(read(file)) >= count, 60)


def read(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


async def test_a_killed_reader_misses_nothing_and_reads_nothing_twice(
    make: Make, store: Store, bank_url: str, tmp_path: Path
) -> None:
    """Goal: what a reader keeps with its work is all it needs to go on.

    Method: a program appends the ids of events to a file; it is killed amidst transfers, and
    another goes on behind the last id.
    """
    await make.user("banker", Role.BANKER)
    async with AsyncClient(bank_url) as client:
        token = (await client.log_in(username="banker", password=PASSWORD)).access_token
    source, target = await make.account(balance=TRANSFER_COUNT), await make.account()
    file = tmp_path / "read"
    posting = asyncio.create_task(post_each(store, [transfer(source, target, 1)] * TRANSFER_COUNT))
    for number in range(1, KILL_COUNT + 1):
        async with reading(bank_url, token, file):
            await until_read(file, 11 * number)
    await posting
    expected = await facts(store)
    async with reading(bank_url, token, file):
        await until_read(file, len(expected))
    assert read(file) == [str(Place(1, fact.position)) for fact in expected]


async def post_each(store: Store, postings: list[Posting]) -> None:
    """Post in a transaction each."""
    for posting in postings:
        await store.postings.post([posting])
