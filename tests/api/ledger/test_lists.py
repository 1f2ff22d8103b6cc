"""Lists: newest first, a page at a time."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bankapp.domain import limits
from bankapp.domain.roles import Role
from bankapp.store.ledger.outcomes import Posted
from tests.api.client import Api, Person
from tests.api.ledger.test_accounts import CURRENCIES
from tests.factories import deposit


@dataclass(frozen=True)
class Rows:
    """A list of Alice's, and how to make it longer."""

    alice: Person
    path: str
    add: Callable[[int], Awaitable[None]]

    async def page(self, **params: object) -> Any:
        """One page, in the shape of every page."""
        answer = await self.alice.get(self.path, **params)
        assert answer.status == 200
        return answer.body

    async def ids(self, **params: object) -> list[int]:
        """The ids on one page."""
        return [item["id"] for item in (await self.page(**params))["items"]]


LISTS = ["accounts", "entries", "transfers of an account", "transfers of a person"]
LONG_LISTS = LISTS[1:]


@pytest.fixture
async def rows(api: Api, request: pytest.FixtureRequest) -> Rows:
    """The list the test is about, with nothing in it."""
    alice = await api.person("alice")
    if request.param == "accounts":
        currencies = iter(CURRENCIES)

        async def open_accounts(count: int) -> None:
            for _ in range(count):
                await api.make.account(owner="alice", currency=next(currencies))

        return Rows(alice, "/v1/accounts", open_accounts)
    account = await api.make.account(owner="alice")

    async def pay_in(count: int) -> None:
        outcomes = await api.bank.store.postings.post([deposit(account, 1)] * count)
        assert all(isinstance(outcome, Posted) for outcome in outcomes)

    paths = {
        "entries": f"/v1/accounts/{account.id}/entries",
        "transfers of an account": f"/v1/transfers?account_id={account.id}",
        "transfers of a person": "/v1/transfers",
    }
    return Rows(alice, paths[request.param], pay_in)


@pytest.mark.parametrize("rows", LISTS, indirect=True)
async def test_an_empty_list_is_one_page(rows: Rows) -> None:
    assert await rows.page() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("rows", LISTS, indirect=True)
@pytest.mark.parametrize(
    "count",
    [
        pytest.param(5, id="the last page not full"),
        pytest.param(6, id="the last page exactly full"),
        pytest.param(3, id="a single page exactly full"),
        pytest.param(1, id="a single row"),
    ],
)
async def test_pages_join_to_the_whole(rows: Rows, count: int) -> None:
    """Rows are added between the pages; each of the first rows appears once, in one order."""
    await rows.add(count)
    whole = await rows.ids()
    assert len(whole) == count
    assert whole == sorted(whole, reverse=True)
    seen: list[int] = []
    page_count = 0
    cursor: dict[str, str] = {}
    while True:
        page = await rows.page(limit=3, **cursor)
        seen += [item["id"] for item in page["items"]]
        page_count += 1
        if page["next_cursor"] is None:
            break
        assert len(page["items"]) == 3
        cursor = {"cursor": page["next_cursor"]}
        await rows.add(2)
    assert seen == whole
    assert page_count == -(-count // 3)
    later = await rows.ids()
    assert later[2 * (page_count - 1) :] == whole


@pytest.mark.parametrize("rows", LISTS, indirect=True)
async def test_an_item_of_a_list_is_what_is_found_alone(rows: Rows) -> None:
    await rows.add(2)
    for item in (await rows.page())["items"]:
        if "owner" in item:
            assert (await rows.alice.get(f"/v1/accounts/{item['id']}")).body == item
        elif "kind" in item:
            assert (await rows.alice.get(f"/v1/transfers/{item['id']}")).body == item


@pytest.mark.parametrize("rows", LONG_LISTS, indirect=True)
async def test_a_page_has_twenty_rows_or_what_is_asked_up_to_a_hundred(rows: Rows) -> None:
    await rows.add(101)
    whole = await rows.ids(limit=100)
    assert len(whole) == limits.PAGE_SIZE_MAX
    assert await rows.ids() == whole[: limits.PAGE_SIZE_DEFAULT]
    assert await rows.ids(limit=1) == whole[:1]
    first = await rows.page(limit=100)
    last = await rows.page(limit=100, cursor=first["next_cursor"])
    assert len(last["items"]) == 1
    assert last["next_cursor"] is None


@pytest.mark.parametrize("rows", LISTS, indirect=True)
async def test_a_limit_is_one_to_a_hundred(rows: Rows) -> None:
    for limit in ("0", "101", "-1", "", "x", "1.5", "1e1", "true", "null", "\0", "9" * 5000):
        answer = await rows.alice.get(rows.path, limit=limit)
        assert (answer.status, answer.wrong_fields) == (422, {"limit"}), limit


@pytest.mark.parametrize("rows", LISTS, indirect=True)
async def test_a_cursor_is_one_the_bank_gave(rows: Rows) -> None:
    await rows.add(2)
    cursor = (await rows.page(limit=1))["next_cursor"]
    assert len(await rows.ids(cursor=cursor)) == 1
    beyond = base64.urlsafe_b64encode((2**63).to_bytes(8, "big")).decode().rstrip("=")
    other_spelling = cursor[:-1] + chr(ord(cursor[-1]) + 1)
    garbage = ["", "x", "1", "null", "💰", "\0", cursor + "=", cursor + "A", cursor[:-1], beyond]
    garbage += [cursor + "\n", " " + cursor, other_spelling, "-" + cursor, "A" * 5000, cursor * 2]
    for wrong in garbage:
        answer = await rows.alice.get(rows.path, cursor=wrong)
        assert (answer.status, answer.wrong_fields) == (422, {"cursor"}), wrong


async def test_a_persons_transfers_are_those_of_all_their_accounts(api: Api) -> None:
    """Paid and received, in all currencies; or those of one account."""
    alice, bob = await api.person("alice"), await api.person("bob")
    dollars = await api.make.account(owner="alice", balance=100)
    euros = await api.make.account(owner="alice", balance=100, currency="EUR")
    bobs = await api.make.account(owner="bob", balance=100)
    paid = (await alice.transfer(dollars, bobs, 1)).body["transfer"]["id"]
    received = (await bob.transfer(bobs, dollars, 2)).body["transfer"]["id"]
    everything = (await alice.get("/v1/transfers")).body["items"]
    assert [item["kind"] for item in everything] == ["transfer", "transfer", "deposit", "deposit"]
    assert [item["id"] for item in everything[:2]] == [received, paid]
    one = (await alice.get("/v1/transfers", account_id=euros.id)).body["items"]
    assert [(item["kind"], item["to_account_id"]) for item in one] == [("deposit", euros.id)]
    assert [item["id"] for item in (await bob.get("/v1/transfers")).body["items"][:2]] == [
        received,
        paid,
    ]


async def test_bankers_list_for_other_users(api: Api) -> None:
    alice, banker = await api.person("alice"), await api.person(role=Role.BANKER)
    account = await api.make.account(owner="alice", balance=1)
    for path, params in (
        ("/v1/accounts", {"owner": "alice"}),
        ("/v1/transfers", {"account_id": account.id}),
    ):
        own, seen = await alice.get(path, **params), await banker.get(path, **params)
        assert own.body == seen.body
        assert own.body["items"]
