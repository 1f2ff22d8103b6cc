"""Sessions that have ended."""

from dataclasses import replace

import pytest

from bankapp.domain import errors
from bankapp.operations.bank import Bank, Rules
from tests.api.conftest import DatabaseAccess
from tests.doors.conftest import OpenDoor
from tests.doors.door import Outcome
from tests.doors.world import Connection

pytestmark = pytest.mark.usefixtures("silence")


async def test_ended_sessions_get_nothing_done_and_nothing_told(
    open_door: OpenDoor,
    bank: Bank,
    database: DatabaseAccess,
    connection: Connection,
    subtests: pytest.Subtests,
) -> None:
    """Goal: a request of an ended session changes nothing and learns nothing of its mistakes.

    Method: the session ends in the database, while the bank has it in its cache and rate limits on.
    The last request is one beyond the limits that the process counts.
    """
    strict = replace(bank, rules=Rules(limits_rates=True))
    client = await open_door(strict)
    world = await client.new_world()
    before = database.money()
    for case in client.cases:
        if case.is_public:
            continue
        with subtests.test(case.name):
            outcomes: list[Outcome] = []
            for changes, is_limited in (({}, False), ({"nickname": "x"}, False), ({}, True)):
                user = await client.log_in(case.requester, world)
                for limit in case.operation.limits:
                    if is_limited and limit.per_process:
                        while not strict.rates.take(limit, user.username):
                            pass
                await client.remember(user)
                database.end_sessions(user.username)
                outcomes.append(
                    await client.send(case, world, changes=changes, keys=["k1"], user=user)
                )
            good, *others = outcomes
            assert good.refusal is errors.Unauthenticated
            assert all(other.looks_like(good) for other in others)
            assert not good.is_replay
    assert database.money() == before
    assert connection.execute("SELECT count(*) FROM rate_limits").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM idempotency_keys").fetchone() == (0,)
