"""Idempotency keys: a request sent again under its key gets the first answer.

Each test runs over all operations that take a key.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bankapp.domain import errors, limits
from bankapp.store import purge
from bankapp.store.store import Store
from tests.api.conftest import DatabaseAccess
from tests.doors.case import Case, Keyed
from tests.doors.cases import CASES
from tests.doors.client import Client
from tests.doors.door import Outcome
from tests.doors.world import Connection, Requester, World

SILENT = pytest.mark.usefixtures("silence")

FIRST = CASES["create_deposit"]


def keyed(client: Client) -> list[tuple[Case, Keyed]]:
    """The cases of operations that take a key."""
    return [(case, case.keyed) for case in client.cases if case.keyed is not None]


@SILENT
async def test_a_request_sent_again_gets_the_first_answer(
    client: Client, database: DatabaseAccess, subtests: pytest.Subtests
) -> None:
    for case, _ in keyed(client):
        with subtests.test(case.name):
            world = await client.new_world()
            first = await client.send(case, world, keys=["k1"])
            assert first.refused is None
            assert not first.is_replay
            after = database.money()
            for _ in range(2):
                again = await client.send(case, world, keys=["k1"])
                assert again.is_replay
                assert again.looks_like(first)
                assert again.request_id != first.request_id
            assert database.money() == after


@SILENT
async def test_without_the_key_a_request_is_done_again(
    client: Client, subtests: pytest.Subtests
) -> None:
    for case, _ in keyed(client):
        with subtests.test(case.name):
            world = await client.new_world()
            first = await client.send(case, world)
            for key in ("k1", "k2"):
                again = await client.send(case, world, keys=[key])
                assert not again.is_replay
                assert not again.looks_like(first)


@SILENT
async def test_another_request_under_the_key_is_refused(
    client: Client, database: DatabaseAccess, subtests: pytest.Subtests
) -> None:
    for case, key in keyed(client):
        with subtests.test(case.name):
            world = await client.new_world()
            first = await client.send(case, world, keys=["k1"])
            after = database.money()
            other = await client.send(case, world, changes=key.other, keys=["k1"])
            assert other.refusal is errors.IdempotencyKeyReused
            assert database.money() == after
            assert (await client.send(case, world, keys=["k1"])).looks_like(first)


@SILENT
async def test_another_operation_under_the_key_is_refused(
    client: Client, world: World, subtests: pytest.Subtests
) -> None:
    """A deposit and a withdrawal, say, may have the same fields."""
    assert (await client.send(FIRST, world, Requester.BANKER, keys=["k1"])).refused is None
    for case, _ in keyed(client):
        if case is not FIRST and not case.is_public:
            with subtests.test(case.name):
                outcome = await client.send(case, world, Requester.BANKER, keys=["k1"])
                assert outcome.refusal is errors.IdempotencyKeyReused


@SILENT
async def test_a_refusal_is_replayed(
    client: Client, database: DatabaseAccess, subtests: pytest.Subtests
) -> None:
    world = await client.new_world()
    before = database.money()
    for case, key in keyed(client):
        refusal = key.refused
        if refusal is not None:
            with subtests.test(case.name):
                provocation, keys = case.provocation(refusal), [case.name]
                first = await client.provoke(case, provocation, world, keys=keys)
                again = await client.provoke(case, provocation, world, keys=keys)
                assert first.refusal is refusal
                assert again.is_replay
                assert again.looks_like(first)
                assert again.refused is not None
                assert again.refused.request_id == first.request_id != again.request_id
    assert database.money() == before


async def test_of_requests_at_the_same_time_one_is_done(
    client: Client, subtests: pytest.Subtests
) -> None:
    for case, _ in keyed(client):
        with subtests.test(case.name):
            world = await client.new_world()
            outcomes = await asyncio.gather(
                *(client.send(case, world, keys=["k1"]) for _ in range(8))
            )
            assert all(outcome.looks_like(outcomes[0]) for outcome in outcomes)
            assert [outcome.is_replay for outcome in outcomes].count(False) == 1


@SILENT
async def test_another_users_key_is_another_key(client: Client, subtests: pytest.Subtests) -> None:
    for case, _ in keyed(client):
        if not case.is_public:
            with subtests.test(case.name):
                world = await client.new_world()
                await client.send(case, world, keys=["k1"])
                assert not (await client.send(case, world, Requester.ADMIN, keys=["k1"])).is_replay


@SILENT
async def test_a_key_is_forgotten_by_the_purge_after_a_day(
    client: Client, store: Store, connection: Connection, subtests: pytest.Subtests
) -> None:
    for case, _ in keyed(client):
        with subtests.test(case.name):
            world = await client.new_world()
            first = await client.send(case, world, keys=["k1"])
            connection.execute(
                "UPDATE idempotency_keys SET created_at = now() - interval '25 hours'"
            )
            connection.commit()
            assert await store.purge(purge.idempotency_keys, datetime.now(UTC)) > 0
            again = await client.send(case, world, keys=["k1"])
            assert not again.is_replay
            assert not again.looks_like(first)


async def test_an_internal_error_is_not_stored(
    client: Client, connection: Connection, subtests: pytest.Subtests
) -> None:
    """The request is done under its key once the fault is mended."""
    cases = [case for case, _ in keyed(client)]
    worlds = [await client.new_world() for _ in cases]
    users = [
        None if case.is_public else await client.log_in(case.requester, world)
        for case, world in zip(cases, worlds, strict=True)
    ]

    async def ask() -> Sequence[Outcome]:
        return [
            await client.door.ask(
                case.operation,
                case.request(world),
                token=None if user is None else user.token,
                keys=["k1"],
            )
            for case, world, user in zip(cases, worlds, users, strict=True)
        ]

    connection.execute("ALTER TABLE idempotency_keys RENAME TO gone")
    connection.commit()
    with capture_logs() as lines:
        failed = await ask()
    connection.execute("ALTER TABLE gone RENAME TO idempotency_keys")
    connection.commit()
    assert [line["event"] for line in lines].count("request failed") == len(cases)
    for case, first, again in zip(cases, failed, await ask(), strict=True):
        with subtests.test(case.name):
            assert first.refusal is errors.InternalError
            assert again.refused is None
            assert not again.is_replay


@SILENT
async def test_an_invalid_request_leaves_its_key_free(
    client: Client, subtests: pytest.Subtests
) -> None:
    for case, _ in keyed(client):
        with subtests.test(case.name):
            world = await client.new_world()
            for _ in range(2):
                invalid = await client.send(case, world, changes={"nickname": "x"}, keys=["k1"])
                assert invalid.refused is not None
                assert not invalid.is_replay
            assert (await client.send(case, world, keys=["k1"])).refused is None


@SILENT
@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([""], id="empty"),
        pytest.param(["x" * (limits.IDEMPOTENCY_KEY_LENGTH_MAX + 1)], id="too long"),
        pytest.param(["k1", "k2"], id="two"),
        pytest.param(["k1", "k1"], id="one twice"),
    ],
)
async def test_malformed_keys_are_refused(
    client: Client, database: DatabaseAccess, subtests: pytest.Subtests, keys: list[str]
) -> None:
    """Also by operations that take no key."""
    world = await client.new_world()
    before = database.money()
    for case in client.cases:
        with subtests.test(case.name):
            outcome = await client.send(case, world, keys=keys)
            assert outcome.refusal is errors.MalformedRequest
    assert database.money() == before


@SILENT
@pytest.mark.parametrize("key", ["x", " ~!", "x" * limits.IDEMPOTENCY_KEY_LENGTH_MAX])
async def test_the_shortest_and_the_longest_key_work(
    client: Client, world: World, key: str
) -> None:
    first = await client.send(FIRST, world, keys=[key])
    assert first.refused is None
    assert (await client.send(FIRST, world, keys=[key])).is_replay
