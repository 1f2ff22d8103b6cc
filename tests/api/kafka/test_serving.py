"""Commands are served in their order, by one of a group, once in the books, and answered."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from structlog.testing import capture_logs

from bankapp import tuning
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp.store.engine.transaction import Pool
from gen import models
from tests.api.conftest import Connection, DatabaseAccess
from tests.api.kafka.conftest import Token
from tests.brokers import Broker
from tests.commands import Asker, Places, Reply, asking, create_topic, serving
from tests.conftest import SUPERUSER, ServerAddress
from tests.factories import Make
from tests.metrics import read_metrics, since
from tests.processes.processes import until


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


async def test_how_many_partitions_are_read_is_told(
    bank: Bank, asker: Asker, make: Make, log_in: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: who watches sees partitions that nobody reads, though no process has them to tell of.

    Method: one reply tells that the member has got its partitions.
    """
    monkeypatch.setattr("bankapp.api.kafka.door._MEASURE_INTERVAL_S", 0.0)
    create_topic(asker.server, asker.places.topics.commands, 3)
    token = await log_in("alice")
    async with serving(bank, asker.server, asker.places):
        await asker.ask(asker.headers("get_user", token), {"username": "alice"})
        while read_metrics().value("kafka_commands_partitions") != 3:  # noqa: ASYNC110 - a metric
            await asyncio.sleep(0.01)
    assert read_metrics().value("kafka_commands_partitions") == 0


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


@pytest.fixture
def database_away(
    server: ServerAddress, connection: Connection, pool: Pool
) -> Callable[[], AbstractContextManager[None]]:
    """The database takes no connections while a block runs."""
    url = ServerAddress(server.host, user=SUPERUSER).url("postgres")
    pool.timeout = 0.1

    def allow(*, is_allowed: bool) -> None:
        with psycopg.connect(url, autocommit=True) as superuser:
            change = f'ALTER DATABASE "{connection.info.dbname}" ALLOW_CONNECTIONS {is_allowed}'
            superuser.execute(change.encode())

    @contextmanager
    def away() -> Generator[None]:
        allow(is_allowed=False)
        try:
            DatabaseAccess(connection).break_connections()
            yield
        finally:
            allow(is_allowed=True)

    return away


async def test_while_the_database_is_away_a_partition_waits(
    bank: Bank,
    asker: Asker,
    make: Make,
    log_in: Token,
    database_away: Callable[[], AbstractContextManager[None]],
    connection: Connection,
) -> None:
    """Goal: nothing is passed over or refused, and the order is kept."""
    account = await make.account()
    token = await log_in("banker", Role.BANKER)
    create_topic(asker.server, asker.places.topics.commands)
    async with serving(bank, asker.server, asker.places):
        await replies(asker, send_deposits(asker, token, account, 1, name="warm"))
        before = read_metrics()
        with database_away():
            ids = send_deposits(asker, token, account, 10)
            await asyncio.to_thread(
                until,
                lambda: since(before)(
                    "kafka_commands_total", operation="create_deposit", outcome="unavailable"
                ),
            )
            assert not any(one in asker.replies for one in ids)
        found = await replies(asker, ids)
    assert [reply.code for reply in found] == [None] * 10
    assert amounts(connection) == [1, *range(1, 11)]


async def test_a_deadline_passes_while_the_database_is_away(
    bank: Bank,
    asker: Asker,
    make: Make,
    log_in: Token,
    database_away: Callable[[], AbstractContextManager[None]],
    connection: Connection,
) -> None:
    """Goal: it is told, and not done when the database is back."""
    account = await make.account()
    headers = asker.headers("create_deposit", await log_in("banker", Role.BANKER), "k1")
    deadline = datetime.now(UTC) + timedelta(seconds=5)
    async with serving(bank, asker.server, asker.places):
        # The first command brings the partitions to this member.
        await asker.ask(asker.headers("list_accounts", None), b"")
        with database_away():
            command = {**headers, "deadline": deadline.isoformat()}
            assert (await asker.ask(command, deposit_of(account))).code == "deadline_passed"
    assert amounts(connection) == []


async def ask_until_served(asker: Asker, token: str, account: models.CustomerAccount) -> Reply:
    """The reply to a command that is sent again and again, as the topic may not be there yet."""
    async with asyncio.timeout(60):
        while True:
            headers = asker.headers("create_deposit", token, "k1")
            asker.send(headers, deposit_of(account))
            with suppress(TimeoutError):
                async with asyncio.timeout(2):
                    return await asker.reply(headers["correlation-id"])


@pytest.mark.kafka_at_length
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
            found = await ask_until_served(asker, token, account)
    assert found.is_replay


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


@pytest.mark.kafka_at_length
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
    ids = send_deposits(asker, token, account, 40)
    async with serving(bank, asker.server, asker.places):
        await replies(asker, ids)
    assert amounts(connection) == [*range(1, 41)]
