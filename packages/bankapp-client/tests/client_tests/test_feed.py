"""The feed is followed page by page, with a cursor that says how far it was read."""

import inspect
from typing import Any

import pytest

from bankapp_client import (
    AsyncClient,
    AsyncFeed,
    Client,
    Feed,
    Retries,
    UnexpectedAnswer,
    models,
    problems,
)
from client_tests.clients import Connect
from client_tests.events import event, page
from client_tests.fake_bank import RATE_LIMITED, FakeBank, problem

FROZEN = {"account_id": 12, "owner": "alice"}


def frozen(position: int) -> dict[str, Any]:
    return event("account.frozen", event_id=f"1-{position}", **FROZEN)


def ids(events: list[models.AnyEvent]) -> list[str]:
    return [told.id for told in events]


async def test_it_is_read_to_its_end(connect: Connect, fake_bank: FakeBank) -> None:
    """An empty page with more behind it is not the end."""
    fake_bank.answers = [
        page(frozen(1), frozen(2), next_cursor="1-2", has_more=True),
        page(next_cursor="1-9", has_more=True),
        page(frozen(10), next_cursor="1-11"),
    ]
    connected = connect(fake_bank.url)
    feed = connected.client.follow_events(page_size=2, types=["account.frozen"], wait_s=None)
    assert fake_bank.paths == []
    assert ids(await connected.read_all(feed)) == ["1-1", "1-2", "1-10"]
    assert fake_bank.paths == [
        "/v1/events?limit=2&types=account.frozen",
        "/v1/events?cursor=1-2&limit=2&types=account.frozen",
        "/v1/events?cursor=1-9&limit=2&types=account.frozen",
    ]
    assert feed.cursor == "1-11"


async def test_it_waits_for_ever(connect: Connect, fake_bank: FakeBank) -> None:
    empty = page(next_cursor="1-5")
    fake_bank.answers = [empty, empty, empty, page(frozen(6), next_cursor="1-6")]
    connected = connect(fake_bank.url)
    feed = connected.client.follow_events(cursor="1-4")
    assert ids(await connected.read_all(feed, count=1)) == ["1-6"]
    assert fake_bank.paths[0] == "/v1/events?cursor=1-4&wait_s=25"
    assert len(fake_bank.paths) == 4


async def test_the_cursor_stands_behind_what_was_given(
    connect: Connect, fake_bank: FakeBank
) -> None:
    """Goal: reading goes on where it was broken off, in the middle of a page, too."""
    fake_bank.answers = [
        page(frozen(1), frozen(2), frozen(3), next_cursor="1-3"),
        page(frozen(2), frozen(3), next_cursor="1-3"),
    ]
    connected = connect(fake_bank.url)
    feed = connected.client.follow_events(wait_s=None)
    assert ids(await connected.read_all(feed, count=1)) == ["1-1"]
    assert feed.cursor == "1-1"
    assert ids(await connected.read_all(feed)) == ["1-2", "1-3"]
    assert fake_bank.paths == ["/v1/events", "/v1/events?cursor=1-1"]


async def test_pages_are_given_with_their_cursors(connect: Connect, fake_bank: FakeBank) -> None:
    fake_bank.answers = [
        page(next_cursor="1-1", has_more=True),
        page(frozen(2), next_cursor="1-3"),
    ]
    connected = connect(fake_bank.url)
    pages = await connected.read_all(connected.client.follow_events(wait_s=None).pages())
    assert [(ids(one.items), one.next_cursor) for one in pages] == [([], "1-1"), (["1-2"], "1-3")]


async def test_it_goes_on_after_an_error(connect: Connect, fake_bank: FakeBank) -> None:
    """Lost and refused calls are retried as any; then the error ends it, and the cursor stays."""
    fake_bank.answers = [
        page(frozen(1), next_cursor="1-1", has_more=True),
        *(None, RATE_LIMITED),
        page(frozen(2), next_cursor="1-2", has_more=True),
        problem(409, "feed_rewound"),
        page(frozen(3), next_cursor="1-3"),
    ]
    connected = connect(fake_bank.url, retries=Retries(delay_s=0.01))
    feed = connected.client.follow_events(wait_s=None)
    with pytest.raises(problems.FeedRewound):
        await connected.read_all(feed)
    assert feed.cursor == "1-2"
    assert ids(await connected.read_all(feed)) == ["1-3"]


async def test_an_unknown_type_is_readable(connect: Connect, fake_bank: FakeBank) -> None:
    newer = event("account.renamed", event_id="1-2", before="a", after={"name": "b"})
    fake_bank.last = page(frozen(1), newer, frozen(3), next_cursor="1-3")
    connected = connect(fake_bank.url)
    known, unknown, _ = await connected.read_all(connected.client.follow_events(wait_s=None))
    assert isinstance(known, models.AccountFrozenEvent)
    assert isinstance(unknown, models.UnknownEvent)
    assert isinstance(unknown, models.Event)
    assert (unknown.type, unknown.data) == (
        "account.renamed",
        {"before": "a", "after": {"name": "b"}},
    )


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(event("account.frozen", owner="alice"), id="a known type, other data"),
        pytest.param({"type": "account.renamed", "data": {}}, id="an unknown type, no event"),
        pytest.param({"data": {}}, id="no type"),
    ],
)
async def test_an_event_that_cannot_be_read_is_not_passed_over(
    connect: Connect, fake_bank: FakeBank, broken: dict[str, Any]
) -> None:
    fake_bank.last = page(broken, next_cursor="1-3")
    connected = connect(fake_bank.url)
    with pytest.raises(UnexpectedAnswer):
        await connected.read_all(connected.client.follow_events(wait_s=None))


def test_both_clients_follow() -> None:
    blocking = inspect.signature(Client.follow_events)
    awaited = inspect.signature(AsyncClient.follow_events)
    assert list(blocking.parameters.values()) == list(awaited.parameters.values())
    assert (blocking.return_annotation, awaited.return_annotation) == (Feed, AsyncFeed)
    assert Client.follow_events.__doc__ == AsyncClient.follow_events.__doc__
    own = {*blocking.parameters} - {"page_size"}
    assert own == {*inspect.signature(Client.list_events).parameters} - {"limit"}
