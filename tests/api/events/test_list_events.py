"""The feed over HTTP: what bankers and customers are told, and what wrong questions get."""

import asyncio
from typing import Any

import pytest

from bankapp.domain.roles import Role
from tests.api.client import Answer, Api, Person
from tests.factories import deposit, transfer
from tests.feed import TRY_COUNT_MAX, settle


async def all_events(api: Api, person: Person, **selected: object) -> list[dict[str, Any]]:
    """Every event that a person is told of."""
    await settle(api.bank.store)
    found: list[dict[str, Any]] = []
    page = (await person.get("/v1/events", limit=2, **selected)).body
    while page["items"] or page["has_more"]:
        found += page["items"]
        cursor = page["next_cursor"]
        page = (await person.get("/v1/events", limit=2, cursor=cursor, **selected)).body
    return found


async def test_each_sees_the_balance_of_their_side(api: Api) -> None:
    alice, bob = await api.person("alice"), await api.person("bob")
    banker = await api.person("banker", Role.BANKER)
    source = await api.make.account(owner="alice", balance=100)
    target = await api.make.account(owner="bob", balance=50)
    assert (await alice.transfer(source, target, 10)).status == 201
    told = {
        person.username: (await all_events(api, person, types="transfer.posted"))[-1]
        for person in (alice, bob, banker)
    }
    balances = {
        name: (event["data"]["from_balance_after"], event["data"]["to_balance_after"])
        for name, event in told.items()
    }
    assert balances == {"alice": (90, None), "bob": (None, 60), "banker": (90, 60)}
    accounts = {name: event["account_ids"] for name, event in told.items()}
    both = [source.id, target.id]
    assert accounts == {"alice": [source.id], "bob": [target.id], "banker": both}
    assert len({event["id"] for event in told.values()}) == 1
    # The payer chooses the id of the request, and the payee is not shown that text.
    request_ids = {name: event["request_id"] for name, event in told.items()}
    assert request_ids["bob"] is None
    assert request_ids["alice"] == request_ids["banker"] is not None


async def test_nobody_is_told_of_others(api: Api) -> None:
    alice = await api.person("alice")
    await api.make.account(owner="alice", balance=100)
    others = [await api.make.account(balance=10) for _ in range(2)]
    await api.bank.store.postings.post([transfer(others[0], others[1], 5)])
    told = await all_events(api, alice)
    assert {event["type"] for event in told} == {
        *("user.created", "session.opened", "account.opened", "transfer.posted")
    }
    assert not {"user_1", "user_2"} & {str(event["subject"]) for event in told}
    answer = await alice.get("/v1/events", account_id=others[0].id)
    assert (answer.status, answer.code) == (404, "not_found")


async def test_no_event_has_an_address_or_a_full_name(api: Api) -> None:
    await api.person("alice")
    banker = await api.person("banker", Role.BANKER)
    text = str(await all_events(api, banker))
    assert "'username': 'alice'" in text
    assert "@" not in text
    assert "Alice" not in text


async def test_who_waits_is_answered_at_once_when_something_happens(api: Api) -> None:
    alice = await api.person("alice")
    account = await api.make.account(owner="alice")
    await all_events(api, alice)
    cursor = (await alice.get("/v1/events")).body["next_cursor"]
    waiting = asyncio.create_task(alice.get("/v1/events", cursor=cursor, wait_s=25))
    await api.bank.store.postings.post([deposit(account, 5)])
    [event] = (await waiting).body["items"]
    assert event["data"]["to_balance_after"] == 5


async def test_from_the_end(api: Api) -> None:
    alice = await api.person("alice")
    account = await api.make.account(owner="alice", balance=1)
    await settle(api.bank.store)
    end = (await alice.get("/v1/events", cursor="last")).body
    assert (end["items"], end["has_more"]) == ([], False)
    await api.bank.store.postings.post([deposit(account, 5)])
    page = await alice.get("/v1/events", cursor=end["next_cursor"], wait_s=25)
    assert [event["data"]["amount"] for event in page.body["items"]] == [5]


async def waiting_banker(api: Api) -> "tuple[Person, asyncio.Task[Answer]]":
    """A banker who waits for transfers, already."""
    banker = await api.person("banker", Role.BANKER)
    await settle(api.bank.store)
    task = asyncio.create_task(
        banker.get("/v1/events", cursor="last", types="transfer.posted", wait_s=25)
    )
    for _ in range(TRY_COUNT_MAX):
        if api.bank.store.feed.tail.watch_count:
            return banker, task
        await asyncio.sleep(0)
    raise AssertionError("nobody waits")


async def test_who_loses_the_role_while_waiting_is_told_as_a_customer(api: Api) -> None:
    root = await api.person("root", Role.ADMIN)
    account = await api.make.account()
    _, task = await waiting_banker(api)
    assert (await root.put("/v1/users/banker/role", role="depositor")).status == 200
    await api.bank.store.postings.post([deposit(account, 1)])
    assert (await task).body["items"] == []


async def test_who_signs_out_while_waiting_is_told_nothing(api: Api) -> None:
    account = await api.make.account()
    banker, task = await waiting_banker(api)
    assert (await banker.post("/v1/users/logout")).status == 204
    await api.bank.store.postings.post([deposit(account, 1)])
    assert (await task).code == "unauthenticated"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cursor", "1"),
        ("cursor", "0-1"),
        ("cursor", "1-01"),
        ("cursor", "1-9223372036854775808"),
        ("cursor", "-1"),
        ("types", "transfer.posted,money.lost"),
        ("types", ""),
        ("limit", "501"),
        ("limit", "0"),
        ("wait_s", "26"),
        ("wait_s", "-1"),
        ("account_id", "x"),
    ],
)
async def test_a_wrong_question_is_told_so(api: Api, name: str, value: str) -> None:
    alice = await api.person("alice")
    answer = await alice.get("/v1/events", **{name: value})
    assert {field.split(".")[0] for field in answer.wrong_fields} == {name}


async def test_a_lost_place(api: Api) -> None:
    alice = await api.person("alice")
    answer = await alice.get("/v1/events", cursor="7-1")
    assert (answer.status, answer.code) == (409, "feed_rewound")
