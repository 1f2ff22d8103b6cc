"""Requests with wrong fields."""

from collections.abc import Iterable
from typing import Any

import pytest

from bankapp.domain.errors import Sort
from tests.api.conftest import DatabaseAccess
from tests.doors.case import Case
from tests.doors.client import Client
from tests.doors.world import World

pytestmark = pytest.mark.usefixtures("silence")

PAGES = {"list_sessions", "list_accounts", "list_entries", "list_transfers", "list_holds"}


async def test_unknown_fields_are_refused(
    client: Client, database: DatabaseAccess, subtests: pytest.Subtests
) -> None:
    world = await client.new_world()
    before = database.money()
    for case in client.cases:
        with subtests.test(case.name):
            outcome = await client.send(case, world, changes={"nickname": "x"})
            assert outcome.refusal is not None
            assert outcome.refusal.sort in (Sort.MALFORMED, Sort.INVALID)
    assert database.money() == before


def wrong_values(case: Case, world: World) -> Iterable[tuple[str, Any]]:
    """Fields of the good request, each with a value that it cannot have."""
    for name, value in case.request(world).items():
        if name.endswith("_id"):
            wrong = (0, -1) if isinstance(value, int) else ("x", str(value).replace("-", ""))
            yield from ((name, one) for one in wrong)
        if name == "amount":
            yield from ((name, one) for one in (0, -1, 2**53))
    if case.name in PAGES:
        yield from (("limit", 0), ("limit", 101), ("cursor", "x"))


async def test_fields_out_of_range_are_named(
    client: Client, database: DatabaseAccess, subtests: pytest.Subtests
) -> None:
    world = await client.new_world()
    before = database.money()
    for case in client.cases:
        for name, value in wrong_values(case, world):
            with subtests.test(f"{case.name} {name}={value}"):
                outcome = await client.send(case, world, changes={name: value})
                assert outcome.refused is not None
                assert outcome.refused.kind.sort is Sort.INVALID
                assert outcome.refused.wrong_fields == (name,)
    assert database.money() == before
