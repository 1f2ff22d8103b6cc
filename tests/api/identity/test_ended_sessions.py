"""Nothing moves for a session that has ended, however lately it was known to be open."""

import asyncio
import uuid
from dataclasses import replace
from typing import Any, Final, LiteralString

import pytest

from bankapp.domain import errors
from bankapp.domain.origin import Origin
from bankapp.domain.roles import Role
from bankapp.store.engine.transaction import Pool
from bankapp.store.ledger.outcomes import Posted
from bankapp.store.ledger.postings import Postings
from bankapp.store.store import Store
from gen import models
from tests.api.client import Answer, Api, Person
from tests.api.conftest import Connection, DatabaseAccess
from tests.factories import keyed, transfer
from tests.waiting import until_waiting

ENDINGS: Final[dict[str, LiteralString]] = {
    "ended": "UPDATE sessions SET ended_at = now() WHERE username = 'alice'",
    "expired": (
        "UPDATE sessions SET created_at = now() - interval '2 s', "
        "expires_at = now() - interval '1 s' WHERE username = 'alice'"
    ),
    "its user blocked": "UPDATE users SET blocked_at = now() WHERE username = 'alice'",
    "forgotten": "DELETE FROM sessions WHERE username = 'alice'",
}
BATCH: Final = "/v1/transfers/batch"
WAYS: Final = ("/v1/transfers", "/v1/holds", BATCH)


class Payer:
    """A user with money, whose session is in the cache since a first payment."""

    def __init__(
        self, person: Person, source: models.CustomerAccount, target: models.CustomerAccount
    ) -> None:
        self.person = person
        self._payment = {
            "from_account_id": source.id,
            "to_account_id": target.id,
            "amount": 10,
            "currency": "USD",
        }

    async def pay(self, path: str, key: str) -> Answer:
        """Ten more, in one way to pay."""
        if path == BATCH:
            return await self.pay_batch(key, "independent")
        return await self.person.post(path, key=key, **self._payment)

    async def pay_batch(self, key: str, mode: str) -> Answer:
        """Twice ten more."""
        items = [self._payment, self._payment]
        return await self.person.post(BATCH, key=key, mode=mode, transfers=items)


@pytest.fixture
async def payer(api: Api) -> Payer:
    alice = await api.person("alice")
    source = await api.make.account(owner="alice", balance=1000)
    return Payer(alice, source, await api.make.account())


@pytest.mark.exact_time
@pytest.mark.parametrize("path", WAYS)
@pytest.mark.parametrize("ending", ENDINGS)
async def test_nothing_moves_for_a_session_that_has_ended(
    payer: Payer, database: DatabaseAccess, connection: Connection, path: str, ending: str
) -> None:
    """Behind the server's back, as another server would end it; nor is an answer given again."""
    first = await payer.pay(path, "k1")
    assert first.status in (200, 201)
    before = database.money()
    connection.execute(ENDINGS[ending])
    connection.commit()
    for key in ("k1", "k2", "k2"):
        refused = await payer.pay(path, key)
        assert (refused.status, refused.code) == (401, "unauthenticated")
        assert "Idempotent-Replayed" not in refused.headers
    assert database.money() == before


@pytest.mark.parametrize("path", WAYS)
async def test_a_key_that_came_without_a_session_is_free(
    payer: Payer, connection: Connection, path: str
) -> None:
    await payer.pay(path, "k1")
    connection.execute(ENDINGS["ended"])
    connection.commit()
    assert (await payer.pay(path, "k2")).status == 401
    connection.execute("UPDATE sessions SET ended_at = NULL")
    connection.commit()
    again = await payer.pay(path, "k2")
    assert again.status in (200, 201)
    assert "Idempotent-Replayed" not in again.headers
    replayed = await payer.pay(path, "k1")
    assert replayed.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("mode", ["atomic", "independent"])
async def test_a_batch_of_a_session_that_ends_meanwhile(
    api: Api, payer: Payer, database: DatabaseAccess, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """It is refused as a whole: no transfer of it is another's."""
    before = database.money()
    end_before(api.bank.store.postings, "post_once", database, monkeypatch)
    assert (await payer.pay_batch("k1", mode)).status == 401
    assert database.money() == before


async def test_a_deposit_by_a_banker_whose_session_ends_meanwhile(
    api: Api, database: DatabaseAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await api.person("alice", Role.BANKER)
    account = await api.make.account()
    before = database.money()
    end_before(api.bank.store.postings, "submit", database, monkeypatch)
    path = f"/v1/accounts/{account.id}/deposits"
    assert (await alice.post(path, amount=10, currency="USD")).status == 401
    assert database.money() == before


def end_before(
    postings: Postings, name: str, database: DatabaseAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have the sessions of alice end between the look at them and this transaction."""
    step = getattr(postings, name)

    async def end_first(*args: Any, **kwargs: Any) -> Any:
        database.end_sessions("alice")
        return await step(*args, **kwargs)

    monkeypatch.setattr(postings, name, end_first)


async def test_a_session_that_ends_while_others_are_waited_for(
    api: Api, store: Store, connection: Connection, pool: Pool
) -> None:
    """The look at the session comes after the wait for accounts."""
    await api.person("alice")
    source = await api.make.account(owner="alice", balance=100)
    target = await api.make.account()
    [(session_id,)] = connection.execute("SELECT id FROM sessions").fetchall()
    assert isinstance(session_id, uuid.UUID)
    connection.execute("SELECT FROM accounts WHERE id = %s FOR UPDATE", [source.id])
    origin = Origin("alice", session_id=session_id)
    posting = asyncio.create_task(
        store.postings.submit(replace(transfer(source, target, 10), origin=origin))
    )
    await until_waiting(pool, 1)
    connection.execute(ENDINGS["ended"])
    connection.commit()
    assert isinstance(await posting, errors.Unauthenticated)


@pytest.mark.parametrize("whose", ["bob", None])
async def test_a_session_is_of_who_asks(
    api: Api, store: Store, connection: Connection, whose: str | None
) -> None:
    """Another's session, or none there ever was, moves nothing of alice's."""
    for username in ("alice", "bob"):
        await api.person(username)
    source = await api.make.account(owner="alice", balance=100)
    target = await api.make.account()
    rows = connection.execute("SELECT id FROM sessions WHERE username = %s", [whose]).fetchall()
    connection.commit()
    [session_id] = [row[0] for row in rows] or [uuid.uuid4()]
    assert isinstance(session_id, uuid.UUID)
    origin = Origin("alice", session_id=session_id)
    outcome = await store.postings.submit(replace(transfer(source, target, 10), origin=origin))
    assert isinstance(outcome, errors.Unauthenticated)


async def test_one_without_a_session_takes_nobody_along(api: Api, store: Store) -> None:
    """Nor is its key taken by those of the others."""
    source, target = await api.make.account(balance=100), await api.make.account()
    first, lost, last = (keyed(transfer(source, target, 10), key) for key in ("k1", "k2", "k3"))
    origin = Origin(source.owner, session_id=uuid.uuid4())
    outcomes = await store.postings.post([first, replace(lost, origin=origin), last])
    assert [type(outcome) for outcome in outcomes] == [Posted, errors.Unauthenticated, Posted]
    [outcome] = await store.postings.post([lost])
    assert isinstance(outcome, Posted)
    assert outcome.replayed_request_id is None
