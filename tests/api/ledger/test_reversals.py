"""Paying back over HTTP."""

from bankapp.domain.roles import Role
from tests.api.client import Api


async def test_the_payee_refunds_in_parts(api: Api) -> None:
    alice, bob = await api.person("alice"), await api.person("bob")
    source = await api.make.account(owner="alice", balance=100)
    target = await api.make.account(owner="bob")
    paid = (await alice.transfer(source, target, 60)).body["transfer"]
    path = f"/v1/transfers/{paid['id']}/reversals"
    first = await bob.post(path, amount=25)
    assert first.status == 201
    assert (first.body["kind"], first.body["reverses_transfer_id"]) == ("reversal", paid["id"])
    assert (first.body["from_account_id"], first.body["to_account_id"]) == (target.id, source.id)
    assert (await alice.get(first.headers["Location"])).body == first.body
    assert (await bob.post(path, amount=36)).code == "reversal_exceeds_transfer"
    assert (await bob.post(path)).body["amount"] == 35
    assert (await bob.post(path)).code == "already_reversed"
    back = f"/v1/transfers/{first.body['id']}/reversals"
    assert (await alice.post(back)).code == "not_reversible"


async def test_who_may_reverse(api: Api) -> None:
    alice, bob = await api.person("alice"), await api.person("bob")
    source = await api.make.account(owner="alice", balance=100)
    target = await api.make.account(owner="bob")
    paid = (await alice.transfer(source, target, 60)).body["transfer"]
    path = f"/v1/transfers/{paid['id']}/reversals"
    assert (await alice.post(path)).code == "forbidden"
    assert (await (await api.person()).post(path)).code == "not_found"
    assert (await (await api.person(role=Role.BANKER)).post(path, amount=1)).status == 201
    assert (await bob.post(path, amount=1)).status == 201


async def test_no_banker_reverses_their_own_payment(api: Api) -> None:
    """Neither what they have paid nor what they have withdrawn comes back to them by themselves."""
    teller, other = await api.person("teller", Role.BANKER), await api.person(role=Role.BANKER)
    own = await api.make.account(owner="teller", balance=100)
    shop = await api.make.account()
    paid = (await teller.transfer(own, shop, 60)).body["transfer"]
    cash = f"/v1/accounts/{own.id}/withdrawals"
    withdrawn = (await other.post(cash, amount=5, currency="USD")).body
    for made in (paid, withdrawn):
        path = f"/v1/transfers/{made['id']}/reversals"
        assert (await teller.post(path, amount=1)).code == "forbidden"
        assert (await other.post(path, amount=1)).status == 201


async def test_spent_money_cannot_be_paid_back(api: Api) -> None:
    alice, bob = await api.person("alice"), await api.person("bob")
    source = await api.make.account(owner="alice", balance=100)
    target = await api.make.account(owner="bob")
    paid = (await alice.transfer(source, target, 60)).body["transfer"]
    await bob.transfer(target, source, 1)
    path = f"/v1/transfers/{paid['id']}/reversals"
    assert (await bob.post(path)).code == "insufficient_funds"
    assert (await bob.post(path, amount=59)).status == 201


async def test_a_deposit_is_reversed_by_the_bank_alone(api: Api) -> None:
    banker, alice = await api.person(role=Role.BANKER), await api.person("alice")
    account = await api.make.account(owner="alice")
    deposits = f"/v1/accounts/{account.id}/deposits"
    moved = (await banker.post(deposits, amount=10, currency="USD")).body
    path = f"/v1/transfers/{moved['id']}/reversals"
    assert (await banker.post(path, amount=4)).status == 201
    assert (await alice.post(path)).status == 201  # it is hers to give back
    assert (await alice.get(f"/v1/accounts/{account.id}")).body["balance"] == 0
