"""A user's postings are bounded, by the item."""

from typing import Any

import pytest

from bankapp.domain import limits
from bankapp.operations.bank import Bank, Rules
from bankapp.store.store import Store
from tests.api.client import Answer, Api, Person
from tests.conftest import make_bank


@pytest.fixture
def bank(store: Store) -> Bank:
    """A bank that limits rates."""
    return make_bank(store, Rules(limits_rates=True))


@pytest.fixture
async def payment(api: Api, alice: Person) -> dict[str, Any]:
    """A payment by alice, who has the money for it."""
    account = await api.make.account(owner="alice", balance=1000)
    other = await api.make.account()
    ids = {"from_account_id": account.id, "to_account_id": other.id}
    return {**ids, "amount": 1, "currency": "USD"}


@pytest.fixture
async def alice(api: Api) -> Person:
    return await api.person("alice")


def leave(bank: Bank, count: int) -> None:
    """Leave alice a number of tries."""
    assert bank.rates.take(limits.POSTINGS, "alice", limits.POSTINGS.count - count) == 0


async def send_batch(person: Person, payment: dict[str, Any], count: int) -> Answer:
    return await person.post("/v1/transfers/batch", mode="independent", transfers=[payment] * count)


@pytest.mark.parametrize(("count", "status"), [(7, 200), (8, 429)])
async def test_a_batch_counts_its_items(
    bank: Bank, alice: Person, payment: dict[str, Any], count: int, status: int
) -> None:
    leave(bank, 7)
    answer = await send_batch(alice, payment, count)
    assert answer.status == status
    after = (await alice.post("/v1/transfers", **payment)).status
    assert after == (429 if status == 200 else 201)


async def test_refused_postings_count(bank: Bank, alice: Person, payment: dict[str, Any]) -> None:
    """Their keys are rows, too."""
    leave(bank, 2)
    too_much: dict[str, Any] = {**payment, "amount": 10**6}
    for _ in range(2):
        assert (await alice.post("/v1/transfers", **too_much)).status == 409
    refused = await alice.post("/v1/transfers", **payment)
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert refused.headers["Retry-After"] == "1"


async def test_holds_and_transfers_count_together(
    bank: Bank, api: Api, alice: Person, payment: dict[str, Any]
) -> None:
    bob = await api.person("bob")
    leave(bank, 3)
    held = await alice.post("/v1/holds", **payment)
    assert held.status == 201
    assert (await alice.post(f"/v1/holds/{held.body['id']}/void")).status == 200
    assert (await alice.post("/v1/transfers", **payment)).status == 201
    assert (await alice.post("/v1/holds", **payment)).status == 429
    assert (await bob.post("/v1/transfers", **payment)).status == 404
