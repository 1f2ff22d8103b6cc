"""A storm blows, and what the bank has in its books is what it said.

Short here; `python -m tests.invariants` has the long ones.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bankapp.domain.roles import Role
from bankapp.store.operator.verification import verify_ledger
from tests.api.client import Api
from tests.clock import Clock
from tests.invariants.books import differences
from tests.invariants.fragile import FragileBank, sender
from tests.invariants.readers import reading, untold
from tests.invariants.storm import ACCOUNT_COUNT, BALANCE, BANKER, Reply, Request, Storm
from tests.postgresql import QUICK

REQUEST_COUNT = 1000


@pytest.mark.parametrize("jump_s", [0, 30], ids=["a clock that is right", "a clock that jumps"])
async def test_a_storm(api: Api, clock: Clock, database_url: str, jump_s: int) -> None:
    """Goal: nothing is lost, doubled or overdrawn, whoever does what at the same time.

    Method: 64 clients, 5 accounts, every kind of request, each sent one to three times at once
    under its key. Then every transfer, hold and key in the books is as it was answered, none is
    there besides, and verify is clean. A banker and two customers who read the feed meanwhile are
    told of everything that is theirs once, in the order of the books. The clock of the database may
    jump back and forth meanwhile.
    """
    clock.jump(timedelta(seconds=jump_s))
    people = [await api.person() for _ in range(ACCOUNT_COUNT)]
    accounts = [await api.make.account(owner=person.username, balance=BALANCE) for person in people]
    people.append(await api.person(role=Role.BANKER))

    async def send(request: Request) -> Reply:
        answer = await people[request.asker].post(request.path, key=request.key, **request.body)
        return Reply(answer.status, answer.body, "Idempotent-Replayed" in answer.headers)

    async def read(asker: int, query: Mapping[str, object]) -> Reply:
        answer = await people[asker].get("/v1/events", **query)
        return Reply(answer.status, answer.body, is_replay=False)

    account_ids = [account.id for account in accounts]
    storm = Storm(send, account_ids, REQUEST_COUNT)
    async with reading(read, [BANKER, 0, 1]) as readers:
        await storm.rage()
    assert differences(database_url, storm) == []
    assert untold(database_url, readers, account_ids) == []
    assert (await verify_ledger(database_url, lambda _: None)).findings == []
    assert len(storm.answered) == REQUEST_COUNT
    assert storm.numbers["201"] > REQUEST_COUNT / 10


async def test_a_storm_with_kills(home: Path) -> None:
    """Goal: `kill -9` loses nothing that was answered and doubles nothing that is sent again.

    Method: the same storm on processes of their own. Two times the server and two times PostgreSQL
    are killed and started again, and after each some of what was answered is asked again under its
    key. Then the books are compared as before.
    """
    bank = FragileBank(home, QUICK)
    try:
        await asyncio.to_thread(bank.start)
        tokens, account_ids = await asyncio.to_thread(bank.populate)
        async with sender(bank, tokens) as one:
            kills = [bank.kill_server, bank.kill_postgres] * 2
            storm = Storm(one.send, account_ids, 500, kills)
            async with reading(one.read, [BANKER, 0, 1]) as readers:
                await storm.rage()
        assert storm.numbers["kills"] == 4
        assert storm.numbers["no answer"] > 0
        assert differences(bank.url, storm) == []
        assert untold(bank.url, readers, account_ids) == []
        assert (await verify_ledger(bank.url, lambda _: None)).findings == []
    finally:
        await asyncio.to_thread(bank.stop)
