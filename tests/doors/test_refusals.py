"""Every declared refusal comes about. The client fails on one that is not declared."""

import pytest

from bankapp.domain import errors
from tests.api.conftest import DatabaseAccess
from tests.doors.case import Case
from tests.doors.client import Client
from tests.doors.test_catalogue import EVERY_CASE
from tests.doors.world import Requester

pytestmark = pytest.mark.usefixtures("silence")


@EVERY_CASE
def test_every_declared_refusal_has_a_provocation_or_a_reason(case: Case) -> None:
    provoked = {provocation.refusal for provocation in case.provocations}
    provoked |= {refusal for refusal in case.who_may.values() if refusal is not None}
    # The suite has a test of each of these over all operations.
    provoked |= {errors.IdempotencyKeyReused} if case.keyed else set()
    provoked |= {errors.RateLimited} if case.is_limited else set()
    provoked |= {errors.EmailNotVerified} if case.needs_verified_email else set()
    provoked |= set() if case.is_public else {errors.TokenExpired}
    assert provoked | case.unprovoked.keys() == set(case.operation.refuses)
    assert not provoked & case.unprovoked.keys()


async def test_provocations_get_their_refusal(
    client: Client, database: DatabaseAccess, subtests: pytest.Subtests
) -> None:
    world = await client.new_world()
    before = database.money()
    for case in client.cases:
        for provocation in case.provocations:
            if provocation.given is not None:
                continue
            with subtests.test(f"{case.name} {provocation.refusal.code}"):
                outcome = await client.provoke(case, provocation, world)
                assert outcome.refusal is provocation.refusal
    assert database.money() == before


async def test_provocations_that_need_preparation_get_their_refusal(
    client: Client, subtests: pytest.Subtests
) -> None:
    for case in client.cases:
        for provocation in case.provocations:
            if provocation.given is None:
                continue
            with subtests.test(f"{case.name} {provocation.refusal.code}"):
                outcome = await client.provoke(case, provocation, await client.new_world())
                assert outcome.refusal is provocation.refusal


async def test_what_belongs_to_others_looks_like_what_does_not_exist(
    client: Client, subtests: pytest.Subtests
) -> None:
    """Goal: ids of others cannot be probed. Method: ask for a thing of the owner's and for none."""
    world = await client.new_world()
    count = 0
    for case in client.cases:
        if case.who_may[Requester.OTHER] not in (None, errors.NotFound):
            continue
        changes = [one.changes for one in case.provocations if one.refusal is errors.NotFound]
        if case.who_may[Requester.OTHER] is errors.NotFound:
            changes.append({})
        count += len(changes) > 1
        with subtests.test(case.name):
            outcomes = [await client.send(case, world, Requester.OTHER, one) for one in changes]
            assert {outcome.refusal for outcome in outcomes} <= {errors.NotFound}
            assert all(outcome.looks_like(outcomes[0]) for outcome in outcomes)
    assert count > 10


async def test_lists_show_only_rows_of_the_requester(
    client: Client, subtests: pytest.Subtests
) -> None:
    world = await client.new_world()
    for name in ("list_accounts", "list_transfers", "list_holds"):
        for requester in (Requester.OTHER, Requester.BANKER):
            with subtests.test(f"{name} {requester}"):
                [case] = [case for case in client.cases if case.name == name]
                outcome = await client.send(case, world, requester)
                assert outcome.body == {"items": [], "next_cursor": None}
