"""Processes that publish: killed, before a broker that is away, or without one."""

import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from bankapp import tuning
from bankapp.command_errors import SettingError
from bankapp.processes import publisher
from bankapp.publisher.publisher import CONSUMER
from bankapp.settings import Settings
from bankapp.store.store import Store
from tests.brokers import Broker, ids
from tests.factories import Make, transfer
from tests.feed import facts
from tests.processes.processes import Served, failure, run_bankapp
from tests.publisher.conftest import publishing, until_in_topic, until_problem
from tests.publisher.kills import Place, published_over_kills
from tests.publisher.test_publisher import expected_ids, until_published


@pytest.mark.kafka_at_length
async def test_kills_lose_and_repeat_nothing(
    store: Store, make: Make, database_url: str, broker: Broker, topic: str, tmp_path: Path
) -> None:
    """Goal: 0 missed, 0 twice, ascending, though the process is killed in the middle.

    Method: three kills by SIGKILL, at random moments after it has begun, while others post.
    `tests/publisher/storm.py` does it with 50,000 events and 20 kills.
    """
    pair = (await make.account(balance=10_000), await make.account(balance=10_000))
    found, expected = await published_over_kills(
        store,
        pair,
        Place(url=database_url, server=broker.server, topic=topic, directory=tmp_path),
        event_count=3000,
        kill_count=3,
    )
    assert len(expected) > 3000
    assert found == expected


async def test_a_broker_that_hangs_is_waited_for(
    store: Store, make: Make, own_broker: Broker, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: posting goes on, and afterwards nothing is missing, twice or out of order."""
    monkeypatch.setattr(tuning, "PUBLISH_TIMEOUT_S", 1.0)
    payer, payee = await make.account(balance=10_000), await make.account()
    assert own_broker.process is not None
    async with publishing(store, own_broker.server, topic):
        await until_published(store, own_broker.server, topic)
        own_broker.process.send_signal(signal.SIGSTOP)
        try:
            await store.postings.post([transfer(payer, payee, 1)] * 10)
            said = await until_problem(store)
            await store.postings.post([transfer(payer, payee, 1)] * 10)
        finally:
            own_broker.process.send_signal(signal.SIGCONT)
        found = await until_published(store, own_broker.server, topic)
        assert said == "_MSG_TIMED_OUT"
        assert found == await expected_ids(store)
        row = await store.read.feed_consumers.get_consumer(name=CONSUMER)
        assert row is not None
        assert row.last_error is None


@pytest.mark.kafka_at_length
async def test_a_broker_that_forgot_gets_what_is_new(
    store: Store, make: Make, own_broker: Broker, topic: str
) -> None:
    """Goal: after a broker comes back empty, it gets all that it was not sent before."""
    await make.account(balance=100)
    async with publishing(store, own_broker.server, topic):
        old = await until_published(store, own_broker.server, topic)
        own_broker.stop()
        await make.account(balance=100)
        own_broker.start()
        found = await until_published(store, own_broker.server, topic)
    assert old + found == await expected_ids(store)


@pytest.mark.kafka_at_length
async def test_an_operator_publishes_again(
    store: Store, make: Make, own_broker: Broker, topic: str, database_url: str, tmp_path: Path
) -> None:
    """Goal: what the broker forgot is published again, though the topic has newer events."""
    await make.account(balance=100)
    async with publishing(store, own_broker.server, topic):
        await until_published(store, own_broker.server, topic)
    own_broker.stop()
    own_broker.start()
    await make.account()
    async with publishing(store, own_broker.server, topic):
        newer = await until_published(store, own_broker.server, topic)
    all_ids = await expected_ids(store)
    again = ["events", "publish", "--from", all_ids[1]]
    done = run_bankapp(*again, cwd=tmp_path, DATABASE_URL=database_url)
    assert done.returncode == 0, done
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE feed_consumers SET leased_until = now()")
        actions = connection.execute("SELECT action FROM audit_events ORDER BY id DESC LIMIT 1")
        assert actions.fetchone() == ("feed.consumer_set_back",)
    await make.account()
    async with publishing(store, own_broker.server, topic):
        await until_published(store, own_broker.server, topic)
        await until_published(store, own_broker.server, topic)
    expected = await expected_ids(store)
    assert ids(own_broker.server, topic) == newer + expected[1:]
    # It was done once: what follows is told by the topic again.
    async with publishing(store, own_broker.server, topic):
        await make.account()
        found = await until_published(store, own_broker.server, topic)
    assert found == newer + (await expected_ids(store))[1:]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "`events publish` needs --from and the id of an event, such as 1-42"),
        (["--from", "yesterday"], "yesterday is not the id of an event, such as 1-42"),
        (["--from", "2-1"], "2-1 is of another epoch, or has not happened"),
        (["--from", "1-999"], "1-999 is of another epoch, or has not happened"),
    ],
)
def test_only_what_happened_is_published_again(
    tmp_path: Path, database_url: str, arguments: list[str], said: str
) -> None:
    done = run_bankapp("events", "publish", *arguments, cwd=tmp_path, DATABASE_URL=database_url)
    assert failure(done) == said


async def test_a_new_epoch_goes_on(
    store: Store, make: Make, broker: Broker, topic: str, database_url: str
) -> None:
    """Goal: after the operator began a new epoch, new events follow under ids that say so."""
    await make.account(balance=100)
    async with publishing(store, broker.server, topic):
        old = await until_published(store, broker.server, topic)
        with psycopg.connect(database_url) as connection:
            connection.execute("SELECT begin_feed_epoch()")
        await make.account()
        last = (await facts(store))[-1].position
        found = await until_in_topic(f"2-{last}", broker.server, topic)
    assert found[: len(old)] == old
    assert [text.split("-")[0] for text in found[len(old) :]] == ["2"] * 2
    positions = [int(text.split("-")[1]) for text in found]
    assert positions == [fact.position for fact in await facts(store)]


async def test_a_database_that_was_set_back_stops_it(
    store: Store,
    make: Make,
    broker: Broker,
    topic: str,
    change_row: Callable[[str], None],
    superuser: psycopg.Connection[tuple[object, ...]],
) -> None:
    """Goal: where the topic is ahead of the bank, nothing is published."""
    await make.account(balance=100)
    async with publishing(store, broker.server, topic):
        old = await until_published(store, broker.server, topic)
    change_row("position = 0")
    superuser.execute("ALTER TABLE feed_horizon DISABLE TRIGGER USER")
    superuser.execute(
        "UPDATE feed_horizon SET settled_position = 1, pending_position = 1, barrier = '0'"
    )
    superuser.execute("SELECT setval('positions', 1)")
    async with publishing(store, broker.server, topic):
        assert await until_problem(store) == "FeedRewound"
    assert ids(broker.server, topic) == old


def test_nothing_of_it_is_loaded_unless_brokers_are_set(home: Path, broker: Broker) -> None:
    def libraries(served: Served) -> str:
        return Path(f"/proc/{served.wait().process.pid}/maps").read_text()

    with Served(home) as served:
        assert "rdkafka" not in libraries(served)
        assert served.stop(signal.SIGTERM) == 0
    kafka = {"BANK_KAFKA_SERVERS": broker.server, "BANK_KAFKA_SECURITY": "plaintext"}
    with Served(home, name="publishing", **kafka) as served:
        assert "rdkafka" in libraries(served)
        assert served.stop(signal.SIGTERM) == 0


def test_a_stop_does_not_wait_for_a_broker_that_is_away(home: Path) -> None:
    kafka = {"BANK_KAFKA_SERVERS": "127.0.0.1:1", "BANK_KAFKA_SECURITY": "plaintext"}
    with Served(home, **kafka) as served:
        served.wait()
        assert served.stop(signal.SIGTERM) == 0


def test_brokers_need_their_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(_: str) -> None:
        return None

    monkeypatch.setattr(publisher, "find_spec", find_nothing)
    publisher.require_publisher(Settings())
    monkeypatch.setenv("BANK_KAFKA_SERVERS", "kafka.example.org:9093")
    with pytest.raises(SettingError, match=r"install bankapp\[kafka\]"):
        publisher.require_publisher(Settings())
