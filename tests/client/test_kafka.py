"""The client over Kafka, with a bank behind a broker."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace

import pytest

from bankapp.domain import limits, topics
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank, Rules
from bankapp.operations.process_rates import ProcessRates
from bankapp_client import Problem, Unreachable, kafka, problems
from bankapp_client.kafka import KafkaClient
from tests.api.kafka.conftest import log_in, places
from tests.brokers import Broker
from tests.commands import Places, create_topic, serving
from tests.factories import Make
from tests.metrics import read_metrics, since

__all__ = ["log_in", "places"]  # fixtures

Connect = Callable[..., KafkaClient]


@pytest.fixture
async def connect(broker: Broker, places: Places) -> Connect:
    """Clients of one topic of replies with two partitions."""
    create_topic(broker.server, places.replies, 2)

    def connect(
        token: kafka.Token, timeout_s: float = 30.0, resend_after_s: float = 5.0
    ) -> KafkaClient:
        return KafkaClient(
            brokers=broker.server,
            token=token,
            reply_topic=places.replies,
            command_topic=places.topics.commands,
            timeout_s=timeout_s,
            resend_after_s=resend_after_s,
        )

    return connect


@pytest.fixture
async def served(bank: Bank, broker: Broker, places: Places) -> AsyncGenerator[None]:
    """The bank serves commands."""
    async with serving(bank, broker.server, places):
        yield


async def test_it_has_the_methods_and_errors_of_the_other_clients(
    served: None,
    connect: Connect,
    make: Make,
    log_in: Callable[..., Awaitable[str]],
) -> None:
    account = await make.account(owner=(await make.user("alice")).username)
    async with connect(await log_in("banker", Role.BANKER)) as bank:
        made = await bank.create_deposit(account.id, amount=500, currency="USD")
        assert (made.amount, made.to_account_id) == (500, account.id)
        again = await bank.create_deposit(
            account.id, amount=7, currency="USD", idempotency_key="k1"
        )
        same = await bank.create_deposit(account.id, amount=7, currency="USD", idempotency_key="k1")
        assert same == again
        assert (await bank.freeze_account(account.id)).status == "frozen"
        entries = [entry async for entry in bank.list_entries(account.id, page_size=1)]
        assert [entry.amount for entry in entries] == [7, 500]
        with pytest.raises(problems.AccountFrozen) as raised:
            await bank.create_deposit(account.id, amount=5, currency="USD")
        assert raised.value.status == 409
        with pytest.raises(problems.ValidationFailed) as invalid:
            await bank.create_deposit(account.id, amount=0, currency="USD")
        assert [one.field for one in invalid.value.violations] == ["amount"]
        with pytest.raises(problems.OperationNotServed):
            await bank.log_out()


async def test_calls_at_the_same_time_get_their_own_answers(
    served: None,
    connect: Connect,
    make: Make,
    log_in: Callable[..., Awaitable[str]],
) -> None:
    """Also those of another client that has the same topic of replies."""
    accounts = [await make.account() for _ in range(20)]
    token = await log_in("banker", Role.BANKER)
    async with connect(token) as one, connect(token) as other:
        asked = [client.get_account(account.id) for account in accounts for client in (one, other)]
        found = await asyncio.gather(*asked)
    assert [account.id for account in found] == [one.id for one in accounts for _ in range(2)]


async def test_it_sends_again_under_the_key(
    bank: Bank,
    broker: Broker,
    places: Places,
    connect: Connect,
    make: Make,
    log_in: Callable[..., Awaitable[str]],
) -> None:
    """Goal: a call that waits for the bank to start is done once.

    Method: it is sent several times before anybody serves it.
    """
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    create_topic(broker.server, places.topics.commands)
    async with connect(token, resend_after_s=0.2) as client:
        calling = asyncio.create_task(client.create_deposit(account.id, amount=5, currency="USD"))
        await asyncio.sleep(1)
        async with serving(bank, broker.server, places):
            assert (await calling).amount == 5
            assert (await client.get_account(account.id)).balance == 5


async def test_without_an_answer_it_gives_up(
    broker: Broker,
    places: Places,
    connect: Connect,
) -> None:
    create_topic(broker.server, places.topics.commands)
    async with connect("token", timeout_s=0.5, resend_after_s=0.1) as client:
        with pytest.raises(Unreachable, match=r"create_deposit: no reply in 0.5 s"):
            await client.create_deposit(1, amount=5, currency="USD")


async def test_without_brokers_or_topic_it_does_not_connect(
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Unreachable, match=r"there is no topic bank\.replies\.none"):
        async with KafkaClient(
            brokers=broker.server, token="token", reply_topic="bank.replies.none"
        ):
            raise AssertionError
    monkeypatch.setattr(kafka, "_CONNECT_TIMEOUT_S", 0.5)
    with pytest.raises(Unreachable, match="no brokers"):
        async with KafkaClient(
            brokers="127.0.0.1:1", token="token", reply_topic="bank.replies.none"
        ):
            raise AssertionError


async def test_closing_ends_what_waits(
    broker: Broker,
    places: Places,
    connect: Connect,
) -> None:
    create_topic(broker.server, places.topics.commands)
    client = connect("token")
    await client.connect()
    calling = asyncio.create_task(client.get_account(1))
    await asyncio.sleep(0.1)
    await client.close()
    with pytest.raises(Unreachable, match="closed"):
        await calling
    with pytest.raises(Unreachable, match="not connected"):
        await client.get_account(1)


async def test_a_token_is_asked_for_at_each_call(
    served: None,
    connect: Connect,
    log_in: Callable[..., Awaitable[str]],
) -> None:
    tokens = ["worthless", await log_in("alice")]

    async def token() -> str:
        return tokens.pop(0)

    async with connect(token) as client:
        with pytest.raises(problems.Unauthenticated):
            await client.get_user("alice")
        assert (await client.get_user("alice")).username == "alice"


async def test_it_waits_where_the_bank_limits_it(
    bank: Bank,
    broker: Broker,
    places: Places,
    connect: Connect,
    make: Make,
    log_in: Callable[..., Awaitable[str]],
) -> None:
    before = read_metrics()
    # By a slow clock, the next posting is allowed after almost three seconds.
    rates = ProcessRates(lambda: time.monotonic() / 3)
    strict = replace(bank, rules=Rules(limits_rates=True), rates=rates)
    payee = await make.account()
    token = await log_in("alice")
    payer = await make.account(owner="alice", balance=10)
    async with serving(strict, broker.server, places), connect(token) as client:
        await client.get_account(payer.id)
        while not strict.rates.take(limits.POSTINGS, "alice"):
            pass
        made = await client.create_transfer(
            from_account_id=payer.id, to_account_id=payee.id, amount=5, currency="USD"
        )
    assert made.transfer.amount == 5
    assert since(before)("refusals_total", code="rate_limited") >= 1


def test_both_sides_say_the_same() -> None:
    assert topics.COMMANDS == kafka.COMMAND_TOPIC
    assert topics.PROBLEM_TYPE == kafka.PROBLEM_TYPE
    assert re.fullmatch(topics.REPLIES_PATTERN, "bank.replies.monitor")
    assert issubclass(problems.DeadlinePassed, Problem)
