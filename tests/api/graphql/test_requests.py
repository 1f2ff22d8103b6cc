"""Requests as GraphQL over HTTP has them, and the bank's answers to all others."""

from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bankapp.domain import limits
from bankapp.operations.bank import Bank, Rules
from bankapp.operations.process_rates import ProcessRates
from bankapp.store.store import Store
from tests.api.graphql.conftest import Graph, code_of, opened
from tests.conftest import make_bank
from tests.factories import Make

CURRENCIES = "{currencies{items{code}}}"
PAY = """mutation($input: CreateTransferInput!) {
    createTransfer(input: $input) { transfer { id amount } fromAccount { balance } } }"""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param([{"query": CURRENCIES}], "malformed_request", id="array"),
        pytest.param({}, "validation_failed", id="nothing"),
        pytest.param({"query": 1}, "validation_failed", id="number"),
        pytest.param({"query": CURRENCIES, "variables": []}, "validation_failed", id="list"),
        pytest.param({"query": CURRENCIES, "id": "x"}, "validation_failed", id="unknown"),
        pytest.param({"query": CURRENCIES, "variables": {"x": 1}}, "validation_failed", id="extra"),
        pytest.param(
            {"query": CURRENCIES, "operationName": "x"}, "validation_failed", id="operation"
        ),
    ],
)
async def test_malformed_requests_are_refused(graph: Graph, body: Any, code: str) -> None:
    answer = await graph.post(body)
    assert code_of(answer) == code
    assert "data" not in answer.body
    assert answer.headers["Content-Type"].startswith("application/graphql-response+json")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/graphql-response+json"),
        ("application/json", "application/json"),
        (
            "application/json, application/graphql-response+json",
            "application/graphql-response+json",
        ),
    ],
)
async def test_the_media_type_is_one_that_the_client_knows(
    graph: Graph, accept: str | None, media_type: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    for query in (CURRENCIES, "{"):
        answer = await graph.ask(query, headers=headers)
        assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"


async def test_nothing_but_posts_of_json_is_read(graph: Graph) -> None:
    for content_type in ("text/plain", "application/graphql", "multipart/form-data"):
        answer = await graph.api.request(
            "POST", "/graphql", data=b"{}", headers={"Content-Type": content_type}
        )
        assert (answer.status, code_of(answer)) == (415, "unsupported_media_type")
    answer = await graph.api.request("GET", "/graphql", params={"query": CURRENCIES})
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    large = {"query": CURRENCIES + " " * limits.BODY_BYTES_MAX}
    answer = await graph.post(large)
    assert (answer.status, code_of(answer)) == (413, "payload_too_large")


async def test_subscriptions_are_not_served(graph: Graph) -> None:
    alice = await graph.api.person("alice")
    answer = await graph.ask("subscription {accounts{nextCursor}}", alice.token)
    assert code_of(answer) == "invalid_document"


async def test_the_named_operation_is_executed(graph: Graph) -> None:
    alice = await graph.api.person("alice")
    body = {"query": "query a{accounts{nextCursor}} query b{holds{nextCursor}}"}
    answer = await graph.post({**body, "operationName": "b"}, alice.token)
    assert answer.body["data"] == {"holds": {"nextCursor": None}}
    assert code_of(await graph.post(body, alice.token)) == "validation_failed"


async def test_a_request_changes_one_thing(graph: Graph, make: Make) -> None:
    account = await make.account()
    alice = await graph.api.log_in(account.owner)
    close = f"closeAccount(input: {{accountId: {account.id}}}) {{ status }}"
    spread = f"mutation {{ ...a logOut }} fragment a on Mutation {{ {close} }}"
    for query in (f"mutation {{ a: {close} b: logOut }}", spread):
        assert code_of(await graph.ask(query, alice.token)) == "invalid_document"
    data = await graph.data(f"{{account(accountId: {account.id}) {{status}}}}", alice.token)
    assert data == {"account": {"status": "OPEN"}}


async def test_a_posting_is_made_once_under_its_key(graph: Graph, make: Make) -> None:
    """And the key is that of HTTP: either door gives the other one's answer."""
    ours, theirs = await make.account(balance=100), await make.account()
    alice = await graph.api.log_in(ours.owner)
    given = {"fromAccountId": ours.id, "toAccountId": theirs.id, "amount": 60, "currency": "USD"}
    headers = {"Idempotency-Key": "k1"}
    first = await graph.ask(PAY, alice.token, {"input": given}, headers)
    again = await graph.ask(PAY, alice.token, {"input": given}, headers)
    assert first.body == again.body
    assert first.body["data"]["createTransfer"]["fromAccount"] == {"balance": 40}
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    over_http = await alice.transfer(ours, theirs, 60, key="k1")
    assert over_http.headers["Idempotent-Replayed"] == "true"
    assert (
        over_http.body["transfer"]["id"] == first.body["data"]["createTransfer"]["transfer"]["id"]
    )


async def test_errors_say_where_and_which_field(graph: Graph, make: Make) -> None:
    ours = await make.account(balance=100)
    alice = await graph.api.log_in(ours.owner)
    given = {"fromAccountId": ours.id, "toAccountId": 0, "amount": "6", "currency": "usd"}
    answer = await graph.ask(PAY, alice.token, {"input": given})
    [error] = answer.body["errors"]
    assert error["path"] == ["createTransfer"]
    extensions = error["extensions"]
    assert extensions["requestId"] == answer.headers["X-Request-Id"]
    fields = {violation["field"] for violation in extensions["violations"]}
    assert fields == {"toAccountId", "amount", "currency"}


async def test_nothing_of_a_fault_is_told(graph: Graph, connection: Any) -> None:
    alice = await graph.api.person("alice")
    connection.execute("ALTER VIEW customer_accounts RENAME TO gone")
    connection.commit()
    with capture_logs() as lines:
        answer = await graph.ask("{accounts{nextCursor}}", alice.token)
    assert code_of(answer) == "internal_error"
    assert "customer_accounts" not in str(answer.body)
    assert [line["event"] for line in lines] == ["request failed", "request"]
    assert (lines[1]["method"], lines[1]["status"]) == ("QUERY", 500)


async def test_unknown_documents_are_limited_and_known_ones_are_not(store: Store) -> None:
    bank = make_bank(store, Rules(limits_rates=True))
    still = replace(bank, rates=ProcessRates(now_s=lambda: 0.0))
    async for graph in opened(still):
        alice = await graph.api.person("alice")
        known = "{accounts{nextCursor}}"
        for number in range(limits.UNKNOWN_DOCUMENTS.count):
            await graph.data(known if number == 0 else f"{known}#{number}", alice.token)
        refused = await graph.ask(f"{known}#one more", alice.token)
        assert (refused.status, code_of(refused)) == (429, "rate_limited")
        assert int(refused.headers["Retry-After"]) >= 1
        await graph.data(known, alice.token)
        bob = await graph.api.person("bob")
        await graph.data(f"{known}#one more", bob.token)


async def test_a_field_counts_as_a_request_against_the_limits_of_its_operation(
    store: Store,
) -> None:
    bank: Bank = make_bank(store, Rules(limits_rates=True))
    async for graph in opened(bank):
        alice = await graph.api.person("alice")
        query = "mutation($input: SendVerificationInput!) { sendVerification(input: $input) }"
        answers = [
            await graph.ask(query, alice.token, {"input": {"username": "alice"}}) for _ in range(4)
        ]
        assert [code_of(one) if "errors" in one.body else None for one in answers] == [
            None, None, None, "rate_limited",
        ]  # fmt: skip
        assert answers[-1].body["errors"][0]["extensions"]["retryAfterS"] >= 1
