"""Rules that the bank's operator turns on: rate limits, and verified e-mail addresses."""

import math
from dataclasses import replace

import pytest

from bankapp.domain import errors
from bankapp.operations.bank import Bank, Rules
from bankapp.operations.identity import users
from tests.doors.case import Case
from tests.doors.conftest import OpenDoor
from tests.doors.world import Connection, Requester, World
from tests.factories import PASSWORD

pytestmark = pytest.mark.usefixtures("silence")

STRICT = Rules(limits_rates=False, requires_verified_email=True)


async def test_rate_limits_hold_for_the_operations_that_have_them(
    open_door: OpenDoor, bank: Bank, connection: Connection, subtests: pytest.Subtests
) -> None:
    """Goal: limited operations are refused at last, and no other is.

    Method: after one request, its counts are raised in the database and in the process.
    """
    strict = replace(bank, rules=Rules(limits_rates=True))
    client = await open_door(strict)
    for case in client.cases:
        with subtests.test(case.name):
            world = await client.new_world()
            first = await client.send(case, world)
            assert first.refusal is not errors.RateLimited
            connection.execute("UPDATE rate_limits SET free_at = now() + interval '2 days'")
            connection.commit()
            count_rest(strict, case, world)
            again = await client.send(case, world)
            assert (again.refusal is errors.RateLimited) == case.is_limited
            if again.refused is not None and case.is_limited:
                assert again.refused.is_retryable
                assert again.refused.retry_after_s in waits(case)
            connection.execute("DELETE FROM rate_limits")
            connection.commit()


def waits(case: Case) -> set[int]:
    """The seconds until one more try is allowed, by each limit of an operation."""
    return {math.ceil(limit.interval.total_seconds()) for limit in case.operation.limits}


def count_rest(bank: Bank, case: Case, world: World) -> None:
    """Leave no more tries to the requester after the first one, where the process counts them."""
    for limit in case.operation.limits:
        if limit.per_process:
            username = world.names[case.requester]
            assert bank.rates.take(limit, username, limit.count - 1) == 0, "it is counted twice"


async def test_nothing_is_counted_where_rate_limits_are_off(
    open_door: OpenDoor, bank: Bank, connection: Connection
) -> None:
    client = await open_door(replace(bank, rules=Rules(limits_rates=False)))
    world = await client.new_world()
    for case in client.cases:
        await client.send(case, world)
    assert connection.execute("SELECT count(*) FROM rate_limits").fetchone() == (0,)


@pytest.mark.parametrize("is_required", [True, False])
async def test_money_goes_out_from_a_verified_address_only(
    open_door: OpenDoor, bank: Bank, subtests: pytest.Subtests, *, is_required: bool
) -> None:
    """If the rule is on, also for a session in the cache."""
    rules = replace(STRICT, requires_verified_email=is_required)
    client = await open_door(replace(bank, rules=rules))
    world = await client.new_world()
    for case in client.cases:
        if case.is_public:
            continue
        with subtests.test(case.name):
            user = await client.log_in(case.requester, world)
            await client.remember(user)
            outcome = await client.send(case, world, user=user)
            is_refused = is_required and case.needs_verified_email
            assert (outcome.refusal is errors.EmailNotVerified) == is_refused


async def test_a_changed_address_is_verified_again(
    open_door: OpenDoor, bank: Bank, connection: Connection, subtests: pytest.Subtests
) -> None:
    client = await open_door(replace(bank, rules=STRICT))
    for case in client.cases:
        if not case.needs_verified_email:
            continue
        with subtests.test(case.name):
            world = await client.new_world()
            user = await client.log_in(case.requester, world)
            connection.execute("UPDATE users SET is_email_verified = true")
            connection.commit()
            assert (await client.send(case, world, user=user)).refused is None
            change = {"email": f"new_{world.owner}@example.com", "current_password": PASSWORD}
            fields = {"username": world.owner, **change}
            await client.do(users.change_user, world, Requester.OWNER, fields)
            outcome = await client.send(case, world, user=user)
            assert outcome.refusal is errors.EmailNotVerified
