"""The horizon of the feed: nothing appears behind what was shown already.

Sessions are stopped in the middle of what they do, because storms find hardly any of this.
"""

import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import TypeAlias

import psycopg
import pytest
from psycopg import errors as pg

from bankapp.store.store import Store
from tests.api.conftest import Connection
from tests.factories import Make, deposit, transfer
from tests.feed import facts, settle

Connect: TypeAlias = Callable[[], Connection]
ADVANCE_COUNT = 5
ADVISORY_LOCK = 77
WAITING = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s"
DEFINITION = "SELECT pg_get_functiondef('advance_feed'::regproc)"


@pytest.fixture
def connect(database_url: str) -> Generator[Connect]:
    """Opens connections, each in a transaction of its own."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(psycopg.connect(database_url))


def draw(connection: Connection) -> int:
    """Draw a position in the connection's transaction."""
    [position] = connection.execute("SELECT next_position()").fetchone() or [0]
    assert isinstance(position, int)
    return position


@contextmanager
def advancing(superuser: Connection, url: str, *, stopped_before: str) -> Generator[None]:
    """A call of advance_feed that is stopped at a place while the block runs."""
    source = str((superuser.execute(DEFINITION).fetchone() or [""])[0])
    assert source.count(stopped_before) == 1
    stop = f"PERFORM pg_advisory_xact_lock({ADVISORY_LOCK}); {stopped_before}"
    superuser.execute(source.replace(stopped_before, stop).encode())
    superuser.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])

    def advance_once() -> None:
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT advance_feed()")

    stopped = threading.Thread(target=advance_once)
    stopped.start()
    while not superuser.execute(WAITING, [ADVISORY_LOCK]).rowcount:
        pass
    superuser.execute(source.encode())
    yield
    superuser.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
    stopped.join()


async def advance(store: Store) -> int:
    """Advance several times, as pollers do; returns how far the feed is settled."""
    horizons = [await store.feed.settle() for _ in range(ADVANCE_COUNT)]
    return horizons[-1].settled_position


async def test_nothing_is_settled_before_anything_is_drawn(store: Store, connect: Connect) -> None:
    """Goal: the first position of all is waited for, although a new sequence says it has it."""
    assert await advance(store) == 0
    first = connect()
    assert draw(first) == 1
    assert await advance(store) == 0
    first.commit()
    assert await settle(store) == 1


async def test_a_late_commit_is_waited_for(store: Store, connect: Connect) -> None:
    before = await settle(store)
    late, early = connect(), connect()
    position = draw(late)
    assert draw(early) == position + 1
    early.commit()
    assert await advance(store) == before
    late.commit()
    assert await settle(store) == position + 1


async def test_a_transaction_that_began_before_others_ended_is_waited_for(
    store: Store, connect: Connect
) -> None:
    """Goal: the barrier is younger than all who have drawn. Method: one older than they ends."""
    before = await settle(store)
    older, drawer = connect(), connect()
    older.execute("SELECT pg_current_xact_id()")
    position = draw(drawer)
    await advance(store)
    older.commit()
    assert await advance(store) == before
    drawer.rollback()
    assert await settle(store) == position


async def test_a_number_is_not_drawn_without_a_transaction_id(connect: Connect) -> None:
    # The server gives an id for one number in 32, which it writes down.
    draw(connect())
    connection = connect()
    assigned = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"
    assert connection.execute(assigned).fetchone() == (False,)
    draw(connection)
    assert connection.execute(assigned).fetchone() == (True,)


async def test_what_is_drawn_after_the_sequence_was_read_is_not_settled_with_it(
    store: Store, connect: Connect, superuser: Connection, database_url: str
) -> None:
    """Goal: the sequence is read before the call has a transaction id.

    Method: the call is stopped just before it reads; meanwhile another gets an id and draws.
    """
    before = await settle(store)
    draw(other := connect())
    other.commit()  # there is something to settle, or the call would end early
    drawer = connect()
    with advancing(superuser, database_url, stopped_before="SELECT p.last_value"):
        position = draw(drawer)
    assert await advance(store) == before
    drawer.commit()
    assert await settle(store) == position


async def test_one_who_was_overtaken_looks_at_the_barrier_again(
    store: Store, connect: Connect, superuser: Connection, database_url: str
) -> None:
    """Goal: what was noted meanwhile is not settled by a barrier that is over.

    Method: the call is stopped before it locks the row; meanwhile another notes a new barrier.
    """
    before = await settle(store)
    drawer, early = connect(), connect()
    draw(early)
    early.commit()
    place = "SELECT * INTO horizon FROM feed_horizon FOR NO KEY UPDATE"
    with advancing(superuser, database_url, stopped_before=place):
        position = draw(drawer)
        await advance(store)
    assert await advance(store) < position
    drawer.commit()
    assert await settle(store) == position > before


async def test_a_call_in_a_transaction_that_has_an_id_is_refused(connect: Connect) -> None:
    connection = connect()
    draw(connection)
    with pytest.raises(pg.ActiveSqlTransaction, match="a transaction of its own"):
        connection.execute("SELECT advance_feed()")


async def test_one_who_finds_another_at_it_does_not_wait(store: Store, connect: Connect) -> None:
    before = await settle(store)
    other, drawer = connect(), connect()
    draw(drawer)
    drawer.commit()
    other.execute("SELECT FROM feed_horizon FOR NO KEY UPDATE")
    assert await advance(store) == before
    other.rollback()
    assert await settle(store) == before + 1


async def test_a_barrier_of_another_server_has_passed(
    store: Store, connect: Connect, superuser: Connection
) -> None:
    """Goal: a restored dump, whose barrier may be far ahead, does not stand still."""
    superuser.execute("UPDATE feed_horizon SET barrier = '9000000000000'")
    drawer = connect()
    position = draw(drawer)
    drawer.commit()
    assert await settle(store) == position


async def test_the_order_of_positions_is_that_of_each_account(
    store: Store, make: Make, connect: Connect
) -> None:
    """Goal: of two transactions on one account the later has the greater position.

    Method: the one with the older transaction id comes second, as one does that waits for a lock.
    """
    payer, payee = await make.account(balance=10), await make.account()
    older = connect()
    older.execute("SELECT pg_current_xact_id()")
    await store.postings.post([transfer(payer, payee, 1)])
    older.execute("SELECT FROM accounts WHERE id = %s FOR NO KEY UPDATE", [payer.id])
    position = draw(older)
    older.commit()
    await store.postings.post([deposit(payer, 1)])
    found = [fact.position for fact in await facts(store)]
    assert found == sorted(found)
    assert found[-2] < position < found[-1]
