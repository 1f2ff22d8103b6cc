"""What the bank's operator may turn on: limits of rates, and that addresses are proved."""

from dataclasses import replace

import pytest

from bankapp.domain import errors
from bankapp.operations.bank import Bank, Rules
from tests.doors.cases import CASES
from tests.doors.conftest import OpenDoor
from tests.doors.world import Connection
from tests.factories import PASSWORD

STRICT = Rules(limits_rates=False, requires_verified_email=True)


async def test_rate_limits(
    open_door: OpenDoor, bank: Bank, connection: Connection, subtests: pytest.Subtests
) -> None:
    """Goal: what is limited is refused in the end, and nothing else.

    Method: behind the bank's back each try counts as many.
    """
    client = await open_door(replace(bank, rules=Rules(limits_rates=True)))
    world = await client.new_world()
    for case in client.cases:
        with subtests.test(case.name):
            first = await client.send(case, world)
            assert first.refusal is not errors.RateLimited
            connection.execute("UPDATE rate_limits SET free_at = now() + interval '1 day'")
            connection.commit()
            again = await client.send(case, world)
            assert (again.refusal is errors.RateLimited) == case.is_limited
            if again.refused is not None and case.is_limited:
                assert again.refused.is_retryable
                assert (again.refused.retry_after_s or 0) > 3600
            connection.execute("DELETE FROM rate_limits")
            connection.commit()


async def test_without_limits_there_are_none(
    open_door: OpenDoor, bank: Bank, connection: Connection
) -> None:
    client = await open_door(replace(bank, rules=Rules(limits_rates=False)))
    world = await client.new_world()
    for case in client.cases:
        await client.send(case, world)
    assert connection.execute("SELECT count(*) FROM rate_limits").fetchone() == (0,)


@pytest.mark.parametrize("is_required", [True, False])
async def test_money_goes_out_from_a_proved_address(
    open_door: OpenDoor, bank: Bank, subtests: pytest.Subtests, *, is_required: bool
) -> None:
    """Where the bank asks for that; though it knows the session from its cache."""
    rules = replace(STRICT, requires_verified_email=is_required)
    client = await open_door(replace(bank, rules=rules))
    world = await client.new_world()
    for case in client.cases:
        if case.is_public:
            continue
        with subtests.test(case.name):
            user = await client.log_in(case.asker, world)
            await client.remember(user)
            outcome = await client.send(case, world, user=user)
            is_refused = is_required and case.needs_verified_email
            assert (outcome.refusal is errors.EmailNotVerified) == is_refused


async def test_an_address_is_proved_once_for_each_change(
    open_door: OpenDoor, bank: Bank, subtests: pytest.Subtests
) -> None:
    client = await open_door(replace(bank, rules=STRICT))
    for case in client.cases:
        if not case.needs_verified_email:
            continue
        with subtests.test(case.name):
            world = await client.new_world()
            user = await client.log_in(case.asker, world)
            assert (await client.send(CASES["verify_email"], world)).refused is None
            assert (await client.send(case, world, user=user)).refused is None
            change = {"email": f"new_{world.owner}@example.com", "current_password": PASSWORD}
            changed = await client.send(CASES["change_user"], world, changes=change)
            assert changed.refused is None
            outcome = await client.send(case, world, user=user)
            assert outcome.refusal is errors.EmailNotVerified
