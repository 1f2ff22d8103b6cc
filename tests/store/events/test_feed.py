"""The feed: all that happened, in order, once, to those whom it concerns."""

import asyncio
from dataclasses import replace

import pytest
from psycopg import sql

from bankapp import tuning
from bankapp.domain import errors
from bankapp.domain.feed import Place
from bankapp.domain.origin import THE_BANK
from bankapp.operations.events.declared import NAMES
from bankapp.operations.events.telling import tell
from bankapp.store.engine.transaction import Pool
from bankapp.store.events.facts import Fact
from bankapp.store.events.feed import Lag
from bankapp.store.events.reading import FactPage, Stretch, Wanted, read_facts
from bankapp.store.store import Store
from bankapp.telemetry import metrics
from gen.feed_horizon import AdvanceFeedRow
from gen.queries import AsyncQueries
from tests.api.conftest import Connection
from tests.factories import Make, capture, deposit, hold, keyed, transfer
from tests.feed import EVERYTHING, TRY_COUNT_MAX, facts, settle
from tests.store.ledger.test_holds import held

LONG_S = 60.0


def names(found: list[Fact]) -> list[str]:
    return [fact.name for fact in found]


async def test_every_kind_of_row_is_in_it_in_order(store: Store, make: Make) -> None:
    payer, payee = await make.account(balance=100), await make.account()
    made = await held(store, hold(payer, payee, 60))
    await store.postings.post([capture(made.id), transfer(payer, payee, 1)])
    await store.accounts.freeze(payee.id, origin=THE_BANK)
    found = await facts(store)
    assert names(found) == [
        *["user.created", "account.opened", "transfer.posted"],
        *["user.created", "account.opened"],
        *["hold.placed", "transfer.posted", "transfer.posted", "hold.captured"],
        "account.frozen",
    ]
    positions = [fact.position for fact in found]
    assert positions == sorted(set(positions))


async def test_pages_of_any_size_give_the_same(store: Store, make: Make) -> None:
    """Goal: nothing is missed or told twice where one kind of row is cut off and others are not."""
    payer, payee = await make.account(balance=100), await make.account()
    for number in range(7):
        await store.postings.post([transfer(payer, payee, 1)] * (number % 3))
        await held(store, hold(payer, payee, 1))
        await (store.accounts.freeze, store.accounts.thaw)[number % 2](payee.id, origin=THE_BANK)
        await store.accounts.thaw(payee.id, origin=THE_BANK)
    whole = await facts(store)
    for wanted in (
        EVERYTHING,
        Wanted(NAMES, account_id=payee.id),
        Wanted(NAMES, username=payer.owner),
        Wanted(frozenset({"hold.placed", "account.thawed"})),
        Wanted(frozenset({"transfer.posted", "user.created"}), username=payee.owner),
    ):
        expected = await facts(store, wanted)
        assert expected
        assert {fact.position for fact in expected} <= {fact.position for fact in whole}
        for size in (1, 2, 3, 5):
            found: list[Fact] = []
            page = await store.feed.get_page(wanted, None, size)
            while page.facts or page.has_more:
                assert len(page.facts) <= size
                found += page.facts
                page = await store.feed.get_page(wanted, page.place, size)
            assert found == expected, (wanted, size)


async def test_a_customer_is_told_of_what_concerns_them(store: Store, make: Make) -> None:
    payer, payee, other = [await make.account(balance=10) for _ in range(3)]
    await store.postings.post([transfer(payer, payee, 1), transfer(payee, other, 1)])
    await store.accounts.freeze(payer.id, origin=THE_BANK)
    told = await facts(store, Wanted(NAMES, username=payer.owner))
    assert names(told) == [
        *["user.created", "account.opened", "transfer.posted"],
        *["transfer.posted", "account.frozen"],
    ]
    assert names(await facts(store, Wanted(NAMES, account_id=other.id))) == [
        *["account.opened", "transfer.posted", "transfer.posted"]
    ]


async def test_rows_from_before_the_feed_are_not_in_it(
    store: Store, make: Make, superuser: Connection
) -> None:
    """Goal: an id that two old rows may share is nobody's position; transfers have their own."""
    payer, payee = await make.account(balance=10), await make.account()
    await held(store, hold(payer, payee, 1))
    last = await settle(store)
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("UPDATE feed_horizon SET first_position = %s", [last + 1])
    assert names(await facts(store)) == ["transfer.posted"]
    await held(store, hold(payer, payee, 1))
    assert names(await facts(store)) == ["transfer.posted", "hold.placed"]


@pytest.mark.parametrize("change", ["position", "epoch"])
async def test_a_place_that_was_never_reached_is_refused(
    store: Store, make: Make, change: str
) -> None:
    """Goal: a reader is told that the database has lost what they have seen."""
    await make.account(balance=10)
    await settle(store)
    place = await store.feed.last_place()
    await store.feed.get_page(EVERYTHING, place, 1)
    lost = replace(place, **{change: getattr(place, change) + 1})
    with pytest.raises(errors.FeedRewound):
        await store.feed.get_page(EVERYTHING, lost, 1)


async def test_a_new_epoch(store: Store, make: Make, connection: Connection) -> None:
    account = await make.account()
    position = await settle(store)
    place = Place(1, position)
    assert connection.execute("SELECT begin_feed_epoch()").fetchone() == (2,)
    connection.commit()
    with pytest.raises(errors.FeedRewound):
        await store.feed.get_page(EVERYTHING, place, 10)
    await store.postings.post([deposit(account, 1)])
    await settle(store)
    page = await store.feed.get_page(EVERYTHING, Place(2, position), 10)
    assert names(page.facts) == ["transfer.posted"]
    assert page.facts[0].position > position + 1_000_000


async def waiting(store: Store, wanted: Wanted = EVERYTHING) -> "asyncio.Task[list[Fact]]":
    """One who waits, already."""
    await settle(store)
    place = await store.feed.last_place()

    async def wait() -> list[Fact]:
        page = await store.feed.wait_for_page(wanted, place, 10, LONG_S, reader=wanted.username)
        return page.facts

    task = asyncio.create_task(wait())
    for _ in range(TRY_COUNT_MAX):
        if store.feed.tail.horizon is not None:
            return task
        await asyncio.sleep(0.001)
    raise AssertionError("nobody waits")


async def test_who_waits_is_told(store: Store, pool: Pool, make: Make) -> None:
    """Also of what another process posts."""
    account = await make.account()
    task = await waiting(store)
    assert not task.done()
    await Store(pool).postings.post([deposit(account, 1)])
    assert names(await task) == ["transfer.posted"]


async def test_who_waits_looks_only_when_it_concerns_them(
    store: Store, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: a thousand customers who wait do not read at each payment of others."""
    mine, others = await make.account(), await make.account()
    task = await waiting(store, Wanted(NAMES, username=mine.owner))
    reads: list[Wanted] = []

    async def counting(
        q: AsyncQueries, wanted: Wanted, stretch: Stretch, first_position: int
    ) -> FactPage:
        reads.append(wanted)
        return await read_facts(q, wanted, stretch, first_position)

    await asyncio.sleep(2 * tuning.FEED_POLL_INTERVAL_S)
    monkeypatch.setattr("bankapp.store.events.feed.read_facts", counting)
    for _ in range(5):
        await store.postings.post([deposit(others, 1)])
        await settle(store)
        await asyncio.sleep(2 * tuning.FEED_POLL_INTERVAL_S)
    assert not reads
    await store.postings.post([deposit(mine, 1)])
    assert names(await task) == ["transfer.posted"]
    assert len(reads) == 1


async def test_who_waits_is_let_go(store: Store, make: Make) -> None:
    """When the process stops; and nobody waits from then on."""
    await make.account()
    task = await waiting(store)
    store.feed.release()
    assert await task == []
    page = await store.feed.wait_for_page(EVERYTHING, await store.feed.last_place(), 10, LONG_S)
    assert page.facts == []


async def test_nobody_waits_longer_than_they_want(store: Store, make: Make) -> None:
    await make.account()
    await settle(store)
    page = await store.feed.wait_for_page(EVERYTHING, await store.feed.last_place(), 10, 0.01)
    assert (page.facts, page.has_more) == ([], False)
    assert store.feed.tail.watch_count == 0


async def test_few_of_one_customer_wait(
    store: Store, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: waiting is bounded. Method: one more than may wait is answered at once."""
    monkeypatch.setattr(tuning, "FEED_WATCH_COUNT_EACH", 1)
    monkeypatch.setattr(tuning, "FEED_CROWDED_PAUSE_S", 0.01)
    account = await make.account()
    wanted = Wanted(NAMES, username=account.owner)
    task = await waiting(store, wanted)
    place = await store.feed.last_place()
    page = await store.feed.wait_for_page(wanted, place, 10, LONG_S, reader=account.owner)
    assert (page.facts, task.done()) == ([], False)
    store.feed.release()
    await task


async def test_who_waits_is_told_after_the_database_was_away(
    store: Store, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await make.account()
    task = await waiting(store, Wanted(NAMES, username=account.owner))
    settle_now, failures = store.feed.settle, iter([errors.Unavailable()])

    async def failing_once() -> object:
        for failure in failures:
            raise failure
        return await settle_now()

    monkeypatch.setattr(store.feed.tail, "_settle", failing_once)
    await asyncio.sleep(3 * tuning.FEED_POLL_INTERVAL_S)
    await store.postings.post([deposit(account, 1)])
    assert names(await task) == ["transfer.posted"]


async def test_who_waits_is_told_of_a_new_epoch(
    store: Store, make: Make, connection: Connection
) -> None:
    account = await make.account()
    task = await waiting(store, Wanted(NAMES, username=account.owner))
    connection.execute("SELECT begin_feed_epoch()")
    connection.commit()
    with pytest.raises(errors.FeedRewound):
        await task


async def test_who_waits_reads_what_is_known(
    store: Store, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: those who wait do not settle the feed each for himself, and lose nothing by it."""
    account = await make.account()
    task = await waiting(store, Wanted(NAMES, username=account.owner))
    known = await store.feed.known_horizon()
    place = Place(known.epoch, known.settled_position - 1)

    async def never() -> AdvanceFeedRow:
        raise AssertionError("the feed is settled")

    monkeypatch.setattr(store.feed, "settle", never)
    page = await store.feed.wait_for_page(EVERYTHING, place, 10, LONG_S)
    assert len(page.facts) == 1
    monkeypatch.undo()

    async def stale() -> AdvanceFeedRow:
        return known

    monkeypatch.setattr(store.feed.tail, "_settle", stale)
    await store.postings.post([deposit(account, 1)])
    seen = await settle(store)
    page = await store.feed.wait_for_page(EVERYTHING, Place(known.epoch, seen), 10, 0.01)
    assert page.place.position == seen
    store.feed.release()
    await task


@pytest.mark.parametrize("kind", ["user", "account", "session"])
async def test_an_event_of_an_old_server_concerns_its_user(
    store: Store, make: Make, connection: Connection, kind: str
) -> None:
    """Goal: a server of the release before, which says no user, stops nobody's feed."""
    account = await make.account()
    session = await make.session(account.owner)
    key = {"user": account.owner, "account": account.id, "session": session}[kind]
    action = {"user": "user.blocked", "account": "account.frozen", "session": "session.ended"}[kind]
    connection.execute(
        "INSERT INTO audit_events (action, subject) VALUES (%s, %s)", [action, f"{kind}:{key}"]
    )
    connection.commit()
    told = await facts(store, Wanted(NAMES, username=account.owner))
    assert names(told)[-1] == action
    assert tell(told[-1], 1, [account.id]).subject == f"{kind}:{key}"


async def test_a_database_that_can_only_be_read_is_read(
    store: Store, make: Make, superuser: Connection, pool: Pool, connection: Connection
) -> None:
    account = await make.account()
    await settle(store)
    await store.postings.post([deposit(account, 1)])
    superuser.execute(
        sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(
            sql.Identifier(connection.info.dbname)
        )
    )
    await pool.drain()
    page = await store.feed.get_page(EVERYTHING, None, 10)
    assert names(page.facts) == ["user.created", "account.opened"]


def lag_s() -> float:
    """What the metric says."""
    [family] = metrics.FEED_LAG_S.collect()
    return family.samples[0].value


def test_the_lag_is_of_a_feed_that_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    lag, now_s = Lag(), 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now_s)
    for after_s, settled, drawn, expected in [
        (0, 5, 9, 0.0),
        (3, 5, 12, 3.0),
        (2, 9, 12, 0.0),
        (4, 12, 12, 0.0),
        (99, 12, 12, 0.0),
        (1, 12, 13, 1.0),
    ]:
        now_s += after_s
        lag.note(settled, drawn)
        assert lag_s() == expected, (settled, drawn)


async def test_a_replay_is_no_event(store: Store, make: Make) -> None:
    account = await make.account()
    for _ in range(2):
        await store.postings.post([keyed(deposit(account, 1), "k")])
    assert names(await facts(store, Wanted(NAMES, account_id=account.id))) == [
        *["account.opened", "transfer.posted"]
    ]
