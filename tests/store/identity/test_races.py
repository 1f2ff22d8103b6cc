"""Changes between a check and the action that it allowed."""

import asyncio
from dataclasses import replace

import pytest

from bankapp.domain import errors
from bankapp.domain.origin import THE_BANK
from bankapp.domain.roles import Role
from bankapp.domain.users import UserChange
from bankapp.store.store import Store
from tests.api.conftest import Connection
from tests.factories import HASHED_PASSWORD, Make, new_session

OTHER_HASH = HASHED_PASSWORD.replace("$04$", "$05$")
CHANGE = UserChange(username="alice", known_role=Role.DEPOSITOR)


@pytest.mark.parametrize("known_hash", [HASHED_PASSWORD, None])
async def test_a_session_is_opened(store: Store, make: Make, known_hash: str | None) -> None:
    await make.user("alice")
    session = new_session("alice", known_hash)
    await store.sessions.open(session)
    assert await store.sessions.get_caller(session.id) is not None


async def test_no_session_is_opened_with_a_password_that_was(store: Store, make: Make) -> None:
    await make.user("alice")
    await store.users.change(replace(CHANGE, hashed_password=OTHER_HASH), None, origin=THE_BANK)
    with pytest.raises(errors.InvalidCredentials):
        await store.sessions.open(new_session("alice", HASHED_PASSWORD))


async def test_no_session_outlives_the_password_it_was_opened_with(
    store: Store, make: Make, connection: Connection
) -> None:
    """Goal: however a login and a change of the password meet, no session of the old one is left.

    Method: both at once, twenty times; the locks decide, and afterwards no session is open.
    """
    await make.user("alice")
    hashes = [HASHED_PASSWORD, OTHER_HASH]
    for number in range(20):
        old, new = hashes[number % 2], hashes[(number + 1) % 2]
        await asyncio.gather(
            *(store.sessions.open(new_session("alice", old)) for _ in range(4)),
            store.users.change(replace(CHANGE, hashed_password=new), None, origin=THE_BANK),
            return_exceptions=True,
        )
        rows = connection.execute("SELECT FROM sessions WHERE ended_at IS NULL")
        connection.commit()
        assert rows.rowcount == 0


async def test_no_change_of_a_user_who_was_promoted(store: Store, make: Make) -> None:
    await make.user("alice", Role.ADMIN)
    with pytest.raises(errors.Forbidden):
        await store.users.change(replace(CHANGE, hashed_password=OTHER_HASH), None, origin=THE_BANK)
    user = await store.read.users.get_user(username="alice")
    assert user is not None
    assert user.hashed_password == HASHED_PASSWORD


async def test_no_change_with_a_password_that_was(store: Store, make: Make) -> None:
    await make.user("alice")
    with pytest.raises(errors.InvalidCredentials):
        await store.users.change(
            replace(CHANGE, full_name="Mallory", known_hash=OTHER_HASH), None, origin=THE_BANK
        )
