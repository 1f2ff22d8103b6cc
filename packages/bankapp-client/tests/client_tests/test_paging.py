"""Lists are fetched page by page, as far as they are read."""

import json

from client_tests.clients import Connect
from client_tests.fake_bank import Answer, FakeBank


def page(*user_agents: str, next_cursor: str | None) -> Answer:
    """A page of sessions."""
    session = {
        "id": "00000000-0000-0000-0000-000000000001",
        "client_address": "127.0.0.1",
        "created_at": "2026-01-01T00:00:00Z",
        "last_used_at": "2026-01-01T00:00:00Z",
        "expires_at": "2026-01-02T00:00:00Z",
        "is_current": False,
    }
    items = [{**session, "user_agent": user_agent} for user_agent in user_agents]
    return Answer(200, json.dumps({"items": items, "next_cursor": next_cursor}).encode())


async def test_a_list_is_walked_to_its_end(connect: Connect, fake_bank: FakeBank) -> None:
    fake_bank.answers = [page("a", "b", next_cursor="later"), page("c", next_cursor=None)]
    sessions = await connect(fake_bank.url).read("list_sessions", page_size=2)
    assert [session.user_agent for session in sessions] == ["a", "b", "c"]
    assert fake_bank.paths == ["/v1/sessions?limit=2", "/v1/sessions?limit=2&cursor=later"]


async def test_only_pages_that_are_read_are_fetched(connect: Connect, fake_bank: FakeBank) -> None:
    fake_bank.last = page("a", next_cursor="later")
    connected = connect(fake_bank.url)
    listed = connected.client.list_sessions(cursor="here")
    assert fake_bank.paths == []
    first = await connected.first_page(listed)
    assert first.next_cursor == "later"
    assert fake_bank.paths == ["/v1/sessions?limit=100&cursor=here"]
