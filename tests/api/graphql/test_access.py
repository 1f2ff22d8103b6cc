"""Who is answered: a token comes before anything larger is read, and others stay unseen."""

from typing import Any

import pytest
from graphql import get_introspection_query

from bankapp.domain.roles import Role
from tests.api.graphql.conftest import Graph, code_of
from tests.api.graphql.documents import committed_schema
from tests.factories import PASSWORD, Make

SIGN_UP = "mutation($input: CreateUserInput!) { createUser(input: $input) { username } }"
LOG_IN = """mutation($input: LogInInput!) {
    logIn(input: $input) { accessToken refreshToken user { username } } }"""
RENEW = "mutation($input: RenewAccessInput!) { renewAccess(input: $input) { accessToken } }"


async def test_a_person_signs_up_logs_in_and_renews(graph: Graph) -> None:
    person = {"username": "alice", "password": PASSWORD}
    new = {**person, "fullName": "Alice", "email": "alice@example.com"}
    await graph.data(SIGN_UP, variables={"input": new})
    tokens = (await graph.data(LOG_IN, variables={"input": person}))["logIn"]
    given = {"input": {"refreshToken": tokens["refreshToken"]}}
    # An expired token is sent along by clients that renew it.
    renewed = await graph.data(RENEW, "v4.local.expired", given)
    token = renewed["renewAccess"]["accessToken"]
    data = await graph.data('{user(username: "alice") {email}}', token)
    assert data == {"user": {"email": "alice@example.com"}}


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("{accounts{nextCursor}}", id="for users"),
        pytest.param("{currencies{items{code}} accounts{nextCursor}}", id="one of two"),
        pytest.param("{a: currencies{items{code}} b: currencies{items{code}}}", id="two"),
        pytest.param("{...a} fragment a on Query{currencies{items{code}}}", id="fragment"),
        pytest.param("{... on Query{currencies{items{code}}}}", id="inline fragment"),
        pytest.param(
            "query a{currencies{items{code}}} query b{currencies{items{code}}}", id="more"
        ),
        pytest.param("{currencies{items{" + "code " * 53 + "}}}", id="61 tokens"),
        pytest.param("{__schema{types{name}}}", id="schema"),
        pytest.param("{__typename}", id="typename"),
        pytest.param("{", id="broken"),
        pytest.param("", id="empty"),
    ],
)
async def test_without_a_token_one_public_operation_is_read(graph: Graph, query: str) -> None:
    for token in (None, "v4.local.x.y"):
        answer = await graph.ask(query, token)
        assert (answer.status, code_of(answer)) == (401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_without_a_token_sixty_tokens_are_read(graph: Graph) -> None:
    names = " ".join(f"c{number}: code" for number in range(10))
    query = "{currencies{items{" + names + " code" * 10 + " exponent" * 10 + " name" * 2 + "}}}"
    await graph.data(query)


async def test_a_secret_is_given_in_a_variable(graph: Graph) -> None:
    """A document is kept, so no secret may stand in it."""
    query = (
        f'mutation {{ logIn(input: {{username: "a", password: "{PASSWORD}"}}) {{ accessToken }} }}'
    )
    answer = await graph.ask(query)
    assert code_of(answer) == "invalid_document"
    assert "in a variable" in answer.body["errors"][0]["message"]
    partly = """mutation($password: Secret!) {
        logIn(input: {username: "alice", password: $password}) { user { username } } }"""
    await graph.api.make.user("alice")
    await graph.data(partly, variables={"password": PASSWORD})


@pytest.mark.parametrize(
    ("role", "development", "production"),
    [(None, 401, 401), (Role.DEPOSITOR, 200, 403), (Role.BANKER, 200, 200)],
)
async def test_the_schema_is_told_to_those_who_may_read_it(
    graph: Graph, guarded_graph: Graph, role: Role | None, development: int, production: int
) -> None:
    token = None if role is None else (await graph.api.person("alice", role)).token
    for one, status in ((graph, development), (guarded_graph, production)):
        for query in (get_introspection_query(), '{__type(name: "Query") {name}}'):
            for _ in range(2):  # worked out, and kept
                answer = await one.ask(query, token)
                assert answer.status == status
                assert ("data" in answer.body) == (status == 200)


async def test_names_are_suggested_to_those_who_may_read_the_schema(
    graph: Graph, guarded_graph: Graph
) -> None:
    token = (await graph.api.person("alice")).token
    for one, is_told in ((graph, True), (guarded_graph, False)):
        answer = await one.ask("{acounts{nextCursor}}", token)
        assert ("Did you mean" in answer.body["errors"][0]["message"]) == is_told


ACCOUNT = "account(accountId: $id)"
PATHS = {
    "account": f"{ACCOUNT} {{ balance }}",
    "entries": "entries(accountId: $id) { items { amount } }",
    "balance": "balance(accountId: $id) { balance }",
    "statement": 'statement(accountId: $id, month: "2026-10") { openingBalance }',
    "transfers": "transfers(accountId: $id) { items { amount } }",
    "events": "events(accountId: $id) { items { id } }",
    "accounts": "accounts(owner: $owner) { items { balance } }",
    "webhooks": "webhooks(owner: $owner) { items { url } }",
    "user": "user(username: $owner) { email }",
}


async def test_what_is_not_yours_is_null(
    graph: Graph, make: Make, subtests: pytest.Subtests
) -> None:
    theirs = await make.account(balance=777)
    alice = await graph.api.person("alice")
    known = {"id": ("Long!", theirs.id), "owner": ("String!", theirs.owner)}
    for path, asked in PATHS.items():
        with subtests.test(path):
            used = {name: known[name] for name in known if f"${name}" in asked}
            declared = ", ".join(f"${name}: {kind}" for name, (kind, _) in used.items())
            variables: dict[str, Any] = {name: value for name, (_, value) in used.items()}
            answer = await graph.ask(f"query({declared}) {{ {asked} }}", alice.token, variables)
            assert code_of(answer) == "not_found"
            assert answer.body["data"] == {path: None}
            assert answer.body["errors"][0]["path"] == [path]


async def test_links_lead_to_nothing_of_others(graph: Graph, make: Make) -> None:
    """From one's own transfers leads a way to every account on the other side."""
    ours, theirs = await make.account(balance=1000), await make.account(balance=777)
    alice, bob = await graph.api.log_in(ours.owner), await graph.api.log_in(theirs.owner)
    assert (await alice.transfer(ours, theirs, 5)).status == 201
    query = """{ transfers { items {
        fromAccount { balance entries { items { balanceAfter } } }
        toAccount { balance entries { items { balanceAfter } } } } } }"""
    answer = await graph.ask(query, bob.token)
    paid, cash = answer.body["data"]["transfers"]["items"]
    assert paid["fromAccount"] is None
    assert paid["toAccount"]["balance"] == 782
    assert cash["fromAccount"] is None  # the bank's own
    assert [error["extensions"]["code"] for error in answer.body["errors"]] == ["not_found"] * 2
    told = str(answer.body)
    assert "995" not in told
    assert ours.owner not in told


def test_every_link_leads_from_a_type_of_the_schema() -> None:
    """Each is null where it is refused, so that the rest of the answer stays."""
    fields = {
        f"{name}.{field}": str(known.type)
        for name, kind in committed_schema().type_map.items()
        for field, known in getattr(kind, "fields", {}).items()
        if getattr(known, "args", None) or field in ("account", "transfer", "fromAccount")
    }
    links = {name: kind for name, kind in fields.items() if not name.startswith("__")}
    assert "Account.entries" in links
    nullable = {name for name, kind in links.items() if not kind.endswith("!")}
    assert links.keys() - nullable == {
        "CaptureHoldResponse.transfer",
        "CreateTransferResponse.fromAccount",
        "CreateTransferResponse.transfer",
    }
