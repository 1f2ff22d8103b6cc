"""The publisher: every event in the topic, once and in order."""

import json
from collections.abc import Callable

import pytest
from confluent_kafka import Producer

from bankapp import tuning
from bankapp.domain.feed import Place
from bankapp.domain.origin import THE_BANK
from bankapp.operations.events.telling import tell
from bankapp.publisher.publisher import Batch, last_in_order
from bankapp.publisher.topic import read_headers
from bankapp.store.store import Store
from tests.brokers import Broker, brokers_at, read_topic
from tests.factories import Make, transfer
from tests.feed import facts, settle
from tests.publisher.conftest import TIMEOUT_S, publishing, until_in_topic, until_problem

Change = Callable[[str], None]


async def until_published(store: Store, server: str, topic: str) -> list[str]:
    """The ids in the topic, once all that has happened by now is in it."""
    await settle(store)
    last = f"1-{(await facts(store))[-1].position}"
    return await until_in_topic(last, server, topic)


async def expected_ids(store: Store) -> list[str]:
    return [f"1-{fact.position}" for fact in await facts(store)]


async def test_all_is_published_in_order(
    store: Store, make: Make, broker: Broker, topic: str
) -> None:
    """Goal: nothing is missing, twice or out of order, over more than one batch."""
    payer, payee = await make.account(balance=10_000), await make.account()
    await store.postings.post([transfer(payer, payee, 1)] * (tuning.PUBLISH_BATCH_SIZE + 100))
    async with publishing(store, broker.server, topic):
        await until_published(store, broker.server, topic)
        await store.postings.post([transfer(payer, payee, 1)] * 10)
        await store.accounts.freeze(payer.id, origin=THE_BANK)
        found = await until_published(store, broker.server, topic)
    assert found == await expected_ids(store)


async def test_a_record_is_an_event_as_a_banker_gets_it(
    store: Store, make: Make, broker: Broker, topic: str
) -> None:
    await make.account(balance=100)
    async with publishing(store, broker.server, topic):
        await until_published(store, broker.server, topic)
    records = read_topic(broker.server, topic)
    for record, fact in zip(records, await facts(store), strict=True):
        event = tell(fact, 1, None)
        assert record.key() is None
        assert record.partition() == 0
        value = record.value()
        assert isinstance(value, bytes)
        assert json.loads(value) == event.model_dump(mode="json")
        assert read_headers(record) == {
            "ce_specversion": "1.0",
            "ce_id": event.id,
            "ce_type": fact.name,
            "ce_source": "/test",
            "ce_time": event.timestamp.isoformat(),
            "ce_subject": event.subject,
            "content-type": "application/json",
        }


async def test_two_publishers_share_one_lease(
    store: Store, make: Make, broker: Broker, topic: str
) -> None:
    payer, payee = await make.account(balance=10_000), await make.account()
    async with (
        publishing(store, broker.server, topic),
        publishing(store, broker.server, topic),
    ):
        for _ in range(20):
            await store.postings.post([transfer(payer, payee, 1)] * 10)
        found = await until_published(store, broker.server, topic)
    assert found == await expected_ids(store)


async def test_another_goes_on_at_once_when_one_stops(
    store: Store, make: Make, broker: Broker, topic: str
) -> None:
    found: list[str] = []
    for _ in range(3):
        await make.account(balance=100)
        async with publishing(store, broker.server, topic):
            found = await until_published(store, broker.server, topic)
    assert found == await expected_ids(store)


async def test_the_topic_tells_where_to_go_on(
    store: Store, make: Make, broker: Broker, topic: str, change_row: Change
) -> None:
    """Goal: what was written and not noted before a kill is not written again."""
    await make.account(balance=100)
    async with publishing(store, broker.server, topic):
        await until_published(store, broker.server, topic)
    change_row("position = 0")
    await make.account()
    async with publishing(store, broker.server, topic):
        found = await until_published(store, broker.server, topic)
    assert found == await expected_ids(store)


async def test_what_the_broker_lost_at_the_end_is_published_again(
    store: Store, make: Make, broker: Broker, topic: str, change_row: Change
) -> None:
    await make.account(balance=100)
    async with publishing(store, broker.server, topic):
        await until_published(store, broker.server, topic)
    first, other = (await expected_ids(store))[0], f"{topic}.shorter"
    producer = Producer({**brokers_at(broker.server).config(), "allow.auto.create.topics": True})
    async with publishing(store, broker.server, other):
        pass
    producer.produce(other, value=b"{}", headers=[("ce_id", first.encode())], partition=0)
    assert producer.flush(TIMEOUT_S) == 0
    async with publishing(store, broker.server, other):
        found = await until_published(store, broker.server, other)
        await make.account()
        found = await until_published(store, broker.server, other)
    assert found == await expected_ids(store)


async def test_into_an_empty_topic_it_goes_on_with_what_is_new(
    store: Store, make: Make, broker: Broker, topic: str
) -> None:
    await make.account(balance=100)
    async with publishing(store, broker.server, topic):
        old = await until_published(store, broker.server, topic)
    await make.account()
    other = f"{topic}.new"
    async with publishing(store, broker.server, other):
        found = await until_published(store, broker.server, other)
    assert old + found == await expected_ids(store)


def place(position: int) -> Place:
    return Place(1, position)


@pytest.mark.parametrize(
    ("tail", "sent", "last"),
    [
        pytest.param([], [5, 6], None, id="an empty topic"),
        pytest.param([2, 3], None, 3, id="nothing was under way"),
        pytest.param([2, 3], [5, 6], 3, id="nothing arrived"),
        pytest.param([3, 5], [5, 6], 5, id="a part arrived"),
        pytest.param([3, 5, 6], [5, 6], 6, id="all arrived"),
        pytest.param([3, 5, 7], [5, 6, 7], 5, id="one is missing"),
        pytest.param([3, 6], [5, 6], 4, id="the first is missing"),
    ],
)
def test_last_in_order(tail: list[int], sent: list[int] | None, last: int | None) -> None:
    batch = None if sent is None else Batch(place(4), [place(position) for position in sent])
    found = last_in_order([place(position) for position in tail], batch)
    assert found == (None if last is None else place(last))


async def test_a_foreign_topic_is_left_alone(
    store: Store, make: Make, broker: Broker, topic: str
) -> None:
    """Goal: what somebody else wrote into the topic stops the publisher, which says so."""
    await make.account()
    async with publishing(store, broker.server, topic):
        await until_published(store, broker.server, topic)
    producer = Producer(brokers_at(broker.server).config())
    producer.produce(topic, value=b"hello", partition=0)
    assert producer.flush(TIMEOUT_S) == 0
    await make.account()
    async with publishing(store, broker.server, topic):
        said = await until_problem(store)
    assert "has no ce_id of a bank" in said
    assert len(read_topic(broker.server, topic)) == len(await expected_ids(store)) - 1
