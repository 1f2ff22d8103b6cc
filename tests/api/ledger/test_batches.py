"""Many transfers in one request."""

from typing import Any

import pytest

from bankapp.domain import limits
from gen import models
from tests.api.client import Api
from tests.api.conftest import DatabaseAccess

BATCH = "/v1/transfers/batch"


def item(
    source: models.CustomerAccount, target: models.CustomerAccount, amount: int, **other: Any
) -> Any:
    accounts = {"from_account_id": source.id, "to_account_id": target.id}
    return {**accounts, "amount": amount, "currency": "USD", **other}


def codes(body: Any) -> list[str]:
    """`ok`, or the code of the problem, for every transfer."""
    for result in body["results"]:
        assert (result["result"] is None) != (result["problem"] is None)
    return [
        "ok" if result["problem"] is None else result["problem"]["code"]
        for result in body["results"]
    ]


async def test_independent_transfers_fail_alone(api: Api) -> None:
    alice = await api.person("alice")
    source, target = await api.make.account(owner="alice", balance=100), await api.make.account()
    answer = await alice.post(
        BATCH,
        mode="independent",
        transfers=[
            item(source, target, 60, description="first"),
            item(source, target, 60),
            item(target, source, 1),
            item(source, source, 1),
            item(source, target, 40),
        ],
    )
    assert answer.status == 200
    assert codes(answer.body) == [
        "ok",
        "insufficient_funds",
        "not_found",
        "same_account",
        "ok",
    ]
    first, last = answer.body["results"][0]["result"], answer.body["results"][4]["result"]
    assert (first["transfer"]["description"], first["from_account"]["balance"]) == ("first", 40)
    assert last["from_account"]["balance"] == 0
    assert (await alice.get(f"/v1/transfers/{last['transfer']['id']}")).body == last["transfer"]


async def test_atomic_transfers_are_all_or_none(api: Api, database: DatabaseAccess) -> None:
    alice = await api.person("alice")
    source, target = await api.make.account(owner="alice", balance=100), await api.make.account()
    before = database.money()
    wrong = [item(source, target, 60), item(source, target, 60), item(source, target, 1)]
    answer = await alice.post(BATCH, mode="atomic", transfers=wrong)
    assert codes(answer.body) == ["batch_refused", "insufficient_funds", "batch_refused"]
    assert database.money() == before
    right = [item(source, target, 60), item(source, target, 40)]
    assert codes((await alice.post(BATCH, mode="atomic", transfers=right)).body) == ["ok", "ok"]


async def test_one_bad_in_a_thousand_fails_alone(api: Api) -> None:
    alice = await api.person("alice")
    source, target = await api.make.account(owner="alice", balance=1000), await api.make.account()
    transfers = [item(source, target, 1) for _ in range(limits.POSTING_COUNT_MAX)]
    transfers[700]["to_account_id"] = 10**9
    answer = await alice.post(BATCH, mode="independent", transfers=transfers)
    expected = ["ok"] * limits.POSTING_COUNT_MAX
    expected[700] = "not_found"
    assert codes(answer.body) == expected
    assert (await alice.get(f"/v1/accounts/{source.id}")).body["balance"] == 1


@pytest.mark.parametrize("count", [0, limits.POSTING_COUNT_MAX + 1])
async def test_too_few_and_too_many(api: Api, count: int) -> None:
    alice, source = await api.person("alice"), await api.make.account(owner="alice")
    transfers = [item(source, source, 1)] * count
    answer = await alice.post(BATCH, mode="atomic", transfers=transfers)
    assert answer.wrong_fields == {"transfers"}


async def test_every_violation_names_its_item(api: Api) -> None:
    alice, source = await api.person("alice"), await api.make.account(owner="alice")
    wrong = [item(source, source, 0), item(source, source, 1, idempotency_key="")]
    answer = await alice.post(BATCH, mode="maybe", transfers=wrong)
    assert answer.wrong_fields == {"mode", "transfers.0.amount", "transfers.1.idempotency_key"}


async def test_a_batch_is_made_once_under_its_key(api: Api, database: DatabaseAccess) -> None:
    alice = await api.person("alice")
    source, target = await api.make.account(owner="alice", balance=100), await api.make.account()
    transfers = [item(source, target, 60), item(source, target, 60)]
    body: dict[str, Any] = {"mode": "independent", "transfers": transfers}
    first = await alice.post(BATCH, key="k1", **body)
    after = database.money()
    again = await alice.post(BATCH, key="k1", **body)
    assert (again.body, again.headers["Idempotent-Replayed"]) == (first.body, "true")
    longer = {**body, "transfers": [*transfers, item(source, target, 1)]}
    assert (await alice.post(BATCH, key="k1", **longer)).code == "idempotency_key_reused"
    assert database.money() == after


async def test_an_item_has_a_key_of_its_own(api: Api, database: DatabaseAccess) -> None:
    """The same that a transfer by itself has: each is the other sent again."""
    alice = await api.person("alice")
    source, target = await api.make.account(owner="alice", balance=100), await api.make.account()
    transfers = [item(source, target, 10, idempotency_key="a"), item(source, target, 20)]
    first = (await alice.post(BATCH, mode="independent", transfers=transfers)).body["results"]
    after = database.money()
    alone = await alice.transfer(source, target, 10, key="a")
    assert (alone.body, alone.headers["Idempotent-Replayed"]) == (first[0]["result"], "true")
    other = [item(source, target, 11, idempotency_key="a")]
    refused = await alice.post(BATCH, mode="independent", transfers=other)
    assert codes(refused.body) == ["idempotency_key_reused"]
    twice = [item(source, target, 1, idempotency_key="b")] * 2
    answer = await alice.post(BATCH, mode="atomic", transfers=twice)
    assert codes(answer.body) == ["batch_refused", "idempotency_key_reused"]
    assert database.money() == after


@pytest.mark.parametrize("mode", ["independent", "atomic"])
async def test_the_key_of_a_batch_is_not_that_of_its_transfers(
    api: Api, database: DatabaseAccess, mode: str
) -> None:
    """Goal: a mistake that stays is told as one, whichever of the two has the key first."""
    alice = await api.person("alice")
    source, target = await api.make.account(owner="alice", balance=100), await api.make.account()
    before = database.money()
    transfers = [item(source, target, 1), item(source, target, 2, idempotency_key="k1")]
    for _ in range(2):
        refused = await alice.post(BATCH, key="k1", mode=mode, transfers=transfers)
        assert refused.wrong_fields == {"transfers.1.idempotency_key"}
        assert refused.body["retryable"] is False
    assert database.money() == before
    assert (await alice.transfer(source, target, 2, key="k1")).status == 201  # the key is free
    refused = await alice.post(BATCH, key="k1", mode=mode, transfers=transfers[:1])
    assert refused.code == "idempotency_key_reused"
    made = await alice.post(BATCH, key="k2", mode=mode, transfers=transfers)
    assert codes(made.body) == ["ok", "ok"]
    assert (await alice.transfer(source, target, 2, key="k2")).code == "idempotency_key_reused"


async def test_what_a_batch_says_of_a_transfer_that_was_made_before(api: Api) -> None:
    """A transfer under its key stands, whatever becomes of a batch that names it again."""
    alice = await api.person("alice")
    source, target = await api.make.account(owner="alice", balance=100), await api.make.account()
    assert (await alice.transfer(source, target, 1, key="a")).status == 201
    transfers = [item(source, target, 1, idempotency_key="a"), item(source, target, 1000)]
    answer = await alice.post(BATCH, mode="atomic", transfers=transfers)
    assert codes(answer.body) == ["batch_refused", "insufficient_funds"]
    assert answer.body["results"][0]["problem"]["title"].endswith("the batch made none.")
    alone = await alice.transfer(source, target, 1, key="a")
    assert (alone.status, alone.headers["Idempotent-Replayed"]) == (201, "true")
