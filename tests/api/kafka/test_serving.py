"""Commands are served in their order, by one of a group, once in the books, and answered."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg
import pytest
from structlog.testing import capture_logs

from bankapp import tuning
from bankapp.domain import limits
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank, Rules
from bankapp.store.engine.transaction import Pool
from gen import models
from tests.api.conftest import Connection, DatabaseAccess
from tests.api.kafka.conftest import Token
from tests.brokers import Broker
from tests.commands import Asker, Places, Reply, asking, create_topic, serving
from tests.conftest import SUPERUSER, ServerAddress
from tests.factories import Make
from tests.metrics import read_metrics, since


def deposit_of(account: models.CustomerAccount, amount: int = 1) -> dict[str, object]:
    return {"account_id": account.id, "amount": amount, "currency": account.currency}


def send_deposits(
    asker: Asker, token: str, account: models.CustomerAccount, count: int, *, name: str = "k"
) -> list[str]:
    """Commands to pay in 1, 2, 3 …, all in one partition; their correlation ids."""
    ids: list[str] = []
    for number in range(1, count + 1):
        headers = asker.headers("create_deposit", token, f"{name}{number}")
        asker.send(headers, deposit_of(account, number), partition=0)
        ids.append(headers["correlation-id"])
    asker.flush()
    return ids


async def replies(asker: Asker, ids: list[str], count: int = 1) -> list[Reply]:
    return [await asker.reply(one, count) for one in ids]


def amounts(connection: Connection) -> list[object]:
    """The amounts of all transfers, in their order."""
    rows = connection.execute("SELECT amount FROM transfers ORDER BY id").fetchall()
    connection.commit()
    return [amount for (amount,) in rows]


async def test_a_reply_is_the_answer_of_http(served: Asker, make: Make, log_in: Token) -> None:
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    first = await served.ask(
        served.headers("create_deposit", token, "k1"), deposit_of(account, 500)
    )
    assert first.body["amount"] == 500
    assert (first.code, first.is_replay) == (None, False)
    again = await served.ask(
        served.headers("create_deposit", token, "k1"), deposit_of(account, 500)
    )
    assert again.is_replay
    assert again.body == first.body
    other = await served.ask(served.headers("create_deposit", token, "k1"), deposit_of(account, 1))
    assert other.code == "idempotency_key_reused"
    unknown = await served.ask(served.headers("get_account", None), {"account_id": account.id})
    assert unknown.code == "unauthenticated"
    frozen = await served.ask(served.headers("freeze_account", token), {"account_id": account.id})
    assert frozen.body["status"] == "frozen"


async def test_commands_of_a_partition_are_done_in_their_order(
    served: Asker, make: Make, log_in: Token, connection: Connection
) -> None:
    """Goal: also those behind a command that is refused or cannot be read."""
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    first = send_deposits(served, token, account, 20)
    served.send(served.headers("create_deposit", token), b"{", partition=0)
    last = send_deposits(served, token, account, 20, name="other")
    await replies(served, first + last)
    assert amounts(connection) == [*range(1, 21), *range(1, 21)]


async def test_a_stop_finishes_and_commits(
    bank: Bank, asker: Asker, make: Make, log_in: Token, connection: Connection
) -> None:
    """Goal: what was done before a stop is not done again, and what was not is done later."""
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    create_topic(asker.server, asker.places.topics.commands)
    async with serving(bank, asker.server, asker.places):
        ids = send_deposits(asker, token, account, 200)
        await asker.reply(ids[9])
    async with serving(bank, asker.server, asker.places):
        found = await replies(asker, ids)
    assert amounts(connection) == [*range(1, 201)]
    assert sum(len(asker.replies[one]) for one in ids) == len(ids)
    assert not any(reply.is_replay for reply in found)


async def test_two_members_divide_the_partitions(
    bank: Bank, asker: Asker, make: Make, log_in: Token, connection: Connection
) -> None:
    """Goal: while members come and go, each command is done once, and all get a reply."""
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    ids: list[str] = []
    create_topic(asker.server, asker.places.topics.commands, 4)

    def send(count: int) -> None:
        for _ in range(count):
            key = f"k{len(ids)}"
            headers = asker.headers("create_deposit", token, key)
            asker.send(headers, deposit_of(account), partition=len(ids) % 4)
            ids.append(headers["correlation-id"])
        asker.flush()

    async with serving(bank, asker.server, asker.places):
        send(100)
        await asker.reply(ids[0])
        async with serving(bank, asker.server, asker.places):
            send(100)
            await replies(asker, ids)
            send(100)
            await asker.reply(ids[-1])
        send(100)
        await replies(asker, ids)
    assert amounts(connection) == [1] * 400


@asynccontextmanager
async def database_away(
    server: ServerAddress, database: DatabaseAccess, name: str
) -> AsyncGenerator[None]:
    """The database takes no connections while the block runs."""
    url = ServerAddress(server.host, user=SUPERUSER).url("postgres")

    def allow(*, is_allowed: bool) -> None:
        with psycopg.connect(url, autocommit=True) as superuser:
            change = f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {is_allowed}'
            superuser.execute(change.encode())

    allow(is_allowed=False)
    database.break_connections()
    try:
        yield
    finally:
        allow(is_allowed=True)


async def test_while_the_database_is_away_a_partition_waits(
    bank: Bank,
    asker: Asker,
    pool: Pool,
    make: Make,
    log_in: Token,
    server: ServerAddress,
    database: DatabaseAccess,
    connection: Connection,
) -> None:
    """Goal: nothing is passed over or refused, and the order is kept."""
    pool.timeout = 0.1
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    create_topic(asker.server, asker.places.topics.commands)
    name = connection.info.dbname
    before = read_metrics()
    async with serving(bank, asker.server, asker.places):
        warm = send_deposits(asker, token, account, 1, name="warm")
        await replies(asker, warm)
        async with database_away(server, database, name):
            ids = send_deposits(asker, token, account, 10)
            grown = since(before)
            async with asyncio.timeout(20):
                while not since(before)("kafka_commands_total", outcome="unavailable"):
                    await asyncio.sleep(0.05)
            assert not any(one in asker.replies for one in ids)
        found = await replies(asker, ids)
    assert grown is not None
    assert [reply.code for reply in found] == [None] * 10
    assert amounts(connection) == [1, *range(1, 11)]


async def test_a_deadline_passes_while_the_database_is_away(
    bank: Bank,
    asker: Asker,
    pool: Pool,
    make: Make,
    log_in: Token,
    server: ServerAddress,
    database: DatabaseAccess,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Goal: it is told, and not done when the database is back."""
    pool.timeout = 0.1
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    create_topic(asker.server, asker.places.topics.commands)
    monkeypatch.setattr(limits, "COMMAND_AGE_DEFAULT", limits.COMMAND_AGE_DEFAULT * 0)
    async with serving(bank, asker.server, asker.places):
        async with database_away(server, database, connection.info.dbname):
            ids = send_deposits(asker, token, account, 1)
            assert (await asker.reply(ids[0])).code == "deadline_passed"
    assert amounts(connection) == []


async def test_brokers_that_come_back_are_served_again(
    bank: Bank, own_broker: Broker, places: Places, make: Make, log_in: Token
) -> None:
    """Goal: after the brokers have lost everything, the topic is made anew and commands served."""
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    async with serving(bank, own_broker.server, places):
        async with asking(own_broker.server, places) as asker:
            headers = asker.headers("create_deposit", token, "k1")
            assert not (await asker.ask(headers, deposit_of(account))).is_replay
        own_broker.stop()
        own_broker.start()
        async with asking(own_broker.server, places) as asker:
            async with asyncio.timeout(60):
                found = None
                while found is None:
                    headers = asker.headers("create_deposit", token, "k1")
                    asker.send(headers, deposit_of(account))
                    async with asyncio.timeout(2) as waiting:
                        waiting.reschedule(asyncio.get_running_loop().time() + 2)
                        try:
                            found = await asker.reply(headers["correlation-id"])
                        except TimeoutError:
                            continue
    assert found.is_replay


async def test_rate_limits_are_those_of_http(
    bank: Bank, asker: Asker, make: Make, log_in: Token
) -> None:
    from dataclasses import replace

    strict = replace(bank, rules=Rules(limits_rates=True))
    account = await make.account(owner="payer" if await make.user("payer") else None)
    token = await log_in("banker", Role.BANKER)
    limit = limits.POSTINGS
    async with serving(strict, asker.server, asker.places):
        headers = asker.headers("create_deposit", token, "k1")
        assert (await asker.ask(headers, deposit_of(account))).code is None
        while not strict.rates.take(limit, "banker"):
            pass
        headers = asker.headers("create_deposit", token, "k2")
        reply = await asker.ask(headers, deposit_of(account))
    assert reply.code == "rate_limited"
    assert int(reply.headers["retry-after"]) >= 1


async def test_no_token_is_logged(served: Asker, log_in: Token) -> None:
    token = await log_in("alice")
    with capture_logs() as lines:
        for operation in ("list_accounts", "unknown", "get_account"):
            await served.ask(served.headers(operation, token), {"account_id": "x"})
        await served.ask(served.headers("list_accounts", token), b"{")
        await served.until_dead(2)
    assert len(lines) >= 4
    assert token not in str(lines)
    assert token.rpartition(".")[2] not in str(lines)


async def test_a_full_partition_is_not_fetched(
    bank: Bank,
    asker: Asker,
    make: Make,
    log_in: Token,
    monkeypatch: pytest.MonkeyPatch,
    connection: Connection,
) -> None:
    """Goal: with hardly any buffer all is done, once and in order."""
    monkeypatch.setattr(tuning, "COMMAND_BUFFER_COUNT", 4)
    monkeypatch.setattr(tuning, "COMMAND_READ_COUNT", 4)
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    create_topic(asker.server, asker.places.topics.commands)
    ids = send_deposits(asker, token, account, 100)
    async with serving(bank, asker.server, asker.places):
        await replies(asker, ids)
    assert amounts(connection) == [*range(1, 101)]
