"""Answers while the database is gone."""

import uuid
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bankapp.domain import errors
from bankapp.operations.bank import Bank
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store
from tests.conftest import ServerAddress, make_bank
from tests.doors.conftest import OpenDoor
from tests.doors.door import DoorUnderTest
from tests.doors.world import imagined_world


@pytest.fixture
async def cut_off_bank(tmp_path: Path) -> AsyncGenerator[Bank]:
    """A bank without a database, which waits 20 ms for a connection."""
    pool = create_pool(ServerAddress(str(tmp_path / "nowhere")).url("bank"))
    pool.timeout = 0.02
    await pool.open(wait=False)
    yield make_bank(Store(pool))
    await pool.close()


async def test_requests_are_refused_as_unavailable(
    open_door: OpenDoor, cut_off_bank: Bank, kind: DoorUnderTest, subtests: pytest.Subtests
) -> None:
    """The client is told to come again, and not why."""
    if kind.waits_for_database:
        pytest.skip("tests/api/kafka/test_serving.py has the database go and come back")
    client = await open_door(cut_off_bank)
    token = cut_off_bank.tokens.create(uuid.uuid4()).text
    world = imagined_world(cut_off_bank)
    for case in client.cases:
        with subtests.test(case.name):
            outcome = await client.ask(case.operation, case.request(world), token=token)
            if not case.needs_database:
                assert outcome.refused is None
            else:
                assert outcome.refused is not None
                assert outcome.refused.kind is errors.Unavailable
                assert outcome.refused.is_retryable
                assert (outcome.refused.retry_after_s or 0) >= 1


async def test_tokens_and_fields_are_checked_without_a_database(
    open_door: OpenDoor, cut_off_bank: Bank, subtests: pytest.Subtests
) -> None:
    client = await open_door(cut_off_bank)
    world = imagined_world(cut_off_bank)
    for case in client.cases:
        with subtests.test(case.name):
            fields = {**case.request(world), "nickname": "x"}
            outcome = await client.ask(case.operation, fields, token="v4.local.x.y")
            is_invalid = outcome.refusal is not errors.Unauthenticated
            assert is_invalid == case.is_public
            assert outcome.refusal is not errors.Unavailable
