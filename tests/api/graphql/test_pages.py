"""Pages of resources with their links: few statements, however many rows."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from bankapp.domain.roles import Role
from bankapp.store.engine.transaction import Pool
from bankapp.store.store import Store
from gen import Query
from gen.queries import wrapped_async_queries
from tests.api.graphql.conftest import Graph, opened
from tests.conftest import make_bank
from tests.factories import Make, deposit, transfer

PAGE = """
    query($owner: String, $accounts: Long, $entries: Long) {
      accounts(owner: $owner, limit: $accounts) {
        items { id entries(limit: $entries) { items { id amount } } }
      }
    }
"""
CURRENCIES = ("ARS", "BRL", "CAD", "CHF", "CLP", "EUR", "GBP", "JPY", "MXN", "USD", "UYU")


class Counter:
    """Notes the names of the statements that a store runs."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def wrap(self, query: Query, call: Callable[..., Any]) -> Callable[..., Any]:
        async def counted(*args: Any, **kwargs: Any) -> Any:
            self.names.append(query.name)
            return await call(*args, **kwargs)

        return counted


Counted: TypeAlias = tuple[Graph, Counter]


@pytest.fixture
async def counted(pool: Pool) -> Any:
    """A bank whose statements are counted."""
    counter = Counter()
    bank = make_bank(Store(pool, queries=wrapped_async_queries(counter.wrap)))
    async for graph in opened(bank):
        yield graph, counter


async def accounts_of(make: Make, connection: Any, count: int) -> str:
    """The owner of so many accounts with an entry each. Nobody opens two of one currency."""
    first = await make.account(balance=1)
    connection.execute(
        "INSERT INTO accounts (owner, currency, status)"
        " SELECT %s, 'EUR', 'closed' FROM generate_series(2, %s)",
        [first.owner, count],
    )
    connection.commit()
    return first.owner


@pytest.mark.parametrize("count", [1, 20, 100])
async def test_a_page_takes_four_statements(
    counted: Counted, make: Make, connection: Any, count: int
) -> None:
    """The session, the accounts, the right to look at each, and the entries of all."""
    graph, counter = counted
    owner = await accounts_of(make, connection, count)
    person = await graph.api.log_in(owner)
    variables = {"owner": owner, "accounts": count, "entries": 5}
    await graph.data(PAGE, person.token, variables)  # the session is used, which is noted once
    counter.names.clear()
    data = await graph.data(PAGE, person.token, variables)
    assert len(data["accounts"]["items"]) == count
    assert sum(len(one["entries"]["items"]) for one in data["accounts"]["items"]) == 1
    assert counter.names == [
        "ListSessionCallers",
        "ListAccounts",
        "ListAccountsById",
        "ListEntries",
    ]


async def test_links_of_entries_are_read_together(counted: Counted, make: Make) -> None:
    graph, counter = counted
    ours, theirs = await make.account(), await make.account()
    await graph.api.bank.store.postings.post(
        [deposit(ours, 1000), *(transfer(ours, theirs, n) for n in range(1, 20))]
    )
    person = await graph.api.log_in(ours.owner)
    query = """query($id: Long!) { account(accountId: $id) { entries { items {
        transfer { amount fromAccount { owner } } account { owner } } } } }"""
    await graph.data(query.replace("fromAccount { owner }", ""), person.token, {"id": ours.id})
    counter.names.clear()
    answer = await graph.ask(query, person.token, {"id": ours.id})
    items = answer.body["data"]["account"]["entries"]["items"]
    assert [item["transfer"]["amount"] for item in items] == [*range(19, 0, -1), 1000]
    assert sorted(counter.names) == [
        *["ListAccountsById"] * 4,  # asked for, the right to look, each entry's and each payer's
        "ListEntries",
        "ListSessionCallers",
        "ListTransfersById",
    ]


async def test_pages_are_turned_by_their_cursors(graph: Graph, make: Make) -> None:
    ours, theirs = await make.account(), await make.account()
    await graph.api.bank.store.postings.post(
        [deposit(ours, 1000), *(transfer(ours, theirs, n) for n in range(1, 6))]
    )
    person = await graph.api.log_in(ours.owner)
    query = """query($id: Long!, $cursor: String) {
        entries(accountId: $id, limit: 4, cursor: $cursor) { items { amount } nextCursor } }"""
    amounts: list[int] = []
    cursor = None
    for _ in range(2):
        page = (await graph.data(query, person.token, {"id": ours.id, "cursor": cursor}))["entries"]
        amounts.extend(item["amount"] for item in page["items"])
        cursor = page["nextCursor"]
    assert amounts == [-5, -4, -3, -2, -1, 1000]
    assert cursor is None


async def test_pages_that_are_read_together_keep_their_order(graph: Graph, make: Make) -> None:
    """Of two accounts in one query, each has its own entries, newest first."""
    ours, theirs = await make.account(), await make.account()
    await graph.api.bank.store.postings.post(
        [deposit(ours, 1000), *(transfer(ours, theirs, n) for n in range(1, 4))]
    )
    banker = await graph.api.person("bob", Role.BANKER)
    query = """query($ours: Long!, $theirs: Long!) {
        ours: entries(accountId: $ours) { items { amount } }
        theirs: entries(accountId: $theirs, limit: 2) { items { amount } } }"""
    data = await graph.data(query, banker.token, {"ours": ours.id, "theirs": theirs.id})
    amounts = {name: [item["amount"] for item in page["items"]] for name, page in data.items()}
    assert amounts == {"ours": [-3, -2, -1, 1000], "theirs": [3, 2]}
