"""Roles, tokens and sessions: which requester is served."""

import uuid
from datetime import timedelta

import pytest

from bankapp.auth.paseto import PasetoCodec
from bankapp.auth.tokens import Purpose, TokenMaker
from bankapp.domain import errors
from bankapp.operations.bank import Bank
from bankapp.operations.identity import users
from tests.api.conftest import DatabaseAccess
from tests.doors.cases import CASES
from tests.doors.client import Client
from tests.doors.world import Requester, World

pytestmark = pytest.mark.usefixtures("silence")

OTHER_KEY = b"another key of thirty-two bytes!"


async def test_operations_serve_exactly_those_who_may_ask(
    client: Client, subtests: pytest.Subtests
) -> None:
    """Method: each requester asks for each operation. A success gets the next one a new world."""
    world = await client.new_world()
    for case in client.cases:
        with subtests.test(case.name):
            refusals: dict[Requester, type[errors.Refusal] | None] = {}
            for requester in Requester:
                outcome = await client.send(case, world, requester)
                refusals[requester] = outcome.refusal
                if outcome.refused is None:
                    world = await client.new_world()
            assert refusals == case.who_may


def worthless_tokens(bank: Bank, session_id: uuid.UUID, ended_id: uuid.UUID) -> dict[str, str]:
    """Tokens that stand for no open session of this bank, although `session_id` is open."""
    own_codec, other_codec = PasetoCodec([bytes(32)]), PasetoCodec([OTHER_KEY])
    minute = timedelta(minutes=1)
    return {
        "empty": "",
        "garbage": "v4.local.garbage",
        "for another purpose": bank.refresh_tokens.create(session_id).text,
        "of another bank": TokenMaker(other_codec, Purpose.ACCESS, minute).create(session_id).text,
        "of no session": bank.tokens.create(uuid.uuid4()).text,
        "of a session that has ended": bank.tokens.create(ended_id).text,
        "expired": TokenMaker(own_codec, Purpose.ACCESS, -minute).create(session_id).text,
    }


async def test_worthless_tokens_are_refused(
    client: Client, database: DatabaseAccess, subtests: pytest.Subtests
) -> None:
    world = await client.new_world()
    ended_id = database.expired_session(world.owner)
    before = database.money()
    for case in client.cases:
        if case.is_public:
            continue
        user = await client.log_in(case.requester, world)
        for name, token in worthless_tokens(client.bank, user.session_id, ended_id).items():
            with subtests.test(f"{case.name} {name}"):
                outcome = await client.ask(case.operation, case.request(world), token=token)
                is_expired = name == "expired"
                wanted = errors.TokenExpired if is_expired else errors.Unauthenticated
                assert outcome.refusal is wanted
    assert database.money() == before


async def test_public_operations_ignore_tokens(client: Client, subtests: pytest.Subtests) -> None:
    for case in client.cases:
        if case.is_public:
            with subtests.test(case.name):
                fields = case.request(await client.new_world())
                outcome = await client.ask(case.operation, fields, token="v4.local.garbage")
                assert outcome.refused is None


async def test_a_changed_role_counts_at_the_next_request(client: Client, world: World) -> None:
    name = world.names[Requester.OTHER]
    user = await client.log_in(Requester.OTHER, world)
    for role, refusal in {
        "banker": None,
        "depositor": errors.Forbidden,
        "admin": None,
    }.items():
        fields = {"username": name, "role": role}
        await client.do(users.change_role, world, Requester.ADMIN, fields)
        outcome = await client.send(CASES["create_deposit"], world, user=user)
        assert outcome.refusal is refusal


async def test_an_admin_who_resigns_loses_the_rights_at_once(client: Client, world: World) -> None:
    await client.new_world()  # with another admin
    admin = await client.log_in(Requester.ADMIN, world)
    for role, refusal in (("banker", None), ("admin", errors.Forbidden)):
        fields = {"username": admin.username, "role": role}
        outcome = await client.ask(users.change_role, fields, token=admin.token)
        assert outcome.refusal is refusal
