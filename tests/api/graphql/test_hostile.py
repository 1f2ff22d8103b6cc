"""Documents made to cost much are refused before they do: `bench.hostile` measures them."""

import pytest
from graphql import get_introspection_query

from bankapp.domain import limits
from bench.hostile.documents import DOCUMENTS
from tests.api.graphql.conftest import Graph, code_of

REFUSED = {"document_too_large", "invalid_document", "validation_failed"}


async def test_hostile_documents_are_refused(graph: Graph, subtests: pytest.Subtests) -> None:
    """Without a token they are not even read."""
    alice = await graph.api.person("alice")
    for name, query in DOCUMENTS.items():
        with subtests.test(name):
            answer = await graph.ask(query, alice.token)
            assert code_of(answer) in REFUSED
            assert "data" not in answer.body
            assert answer.status in (400, 422)
            answer = await graph.ask(query)
            assert (answer.status, code_of(answer)) == (401, "unauthenticated")


def fields_of(count: int) -> str:
    return " ".join(f"f{number}: id" for number in range(count))


@pytest.mark.parametrize(
    ("fits", "exceeds"),
    [
        pytest.param(
            "{accounts{items{" + fields_of(164) + "}}}",
            "{accounts{items{" + fields_of(164) + " id}}}",
            id="tokens",
        ),
        pytest.param(
            "{" + " ".join(f"a{n}: currencies{{items{{code}}}}" for n in range(20)) + "}",
            "{" + " ".join(f"a{n}: currencies{{items{{code}}}}" for n in range(21)) + "}",
            id="root fields",
        ),
        pytest.param(
            "{entries(accountId:1){items{transfer{reversesTransfer{reversesTransfer"
            "{reversesTransfer{reversesTransfer{id}}}}}}}}".replace("entries", "e: entries", 1),
            "{entries(accountId:1){items{transfer{reversesTransfer{reversesTransfer"
            "{reversesTransfer{reversesTransfer{reversesTransfer{id}}}}}}}}}",
            id="depth",
        ),
        pytest.param(
            "{accounts(limit:100){nextCursor items{" + fields_of(49) + "}}}",
            "{accounts(limit:100){nextCursor items{" + fields_of(50) + "}}}",
            id="cost",
        ),
        pytest.param(
            "{accounts{" + "nextCursor " * limits.DOCUMENT_REPEATED_FIELD_COUNT_MAX + "}}",
            "{accounts{" + "nextCursor " * (limits.DOCUMENT_REPEATED_FIELD_COUNT_MAX + 1) + "}}",
            id="repeated",
        ),
    ],
)
async def test_limits_hold_on_both_sides(graph: Graph, fits: str, exceeds: str) -> None:
    alice = await graph.api.person("alice")
    answer = await graph.ask(fits, alice.token)
    assert answer.status == 200, answer.body
    assert code_of(await graph.ask(exceeds, alice.token)) == "document_too_large"


async def test_variables_count_as_page_sizes(graph: Graph) -> None:
    """A document that is kept is measured anew with each request's variables."""
    alice = await graph.api.person("alice")
    query = (
        "query($limit: Long) {accounts{items{entries(limit: $limit){items{id amount transferId}}}}}"
    )
    for limit, is_refused in ((10, False), (100, True), (10, False)):
        answer = await graph.ask(query, alice.token, {"limit": limit})
        assert ("data" not in answer.body) == is_refused


async def test_fragments_count_wherever_they_are_spread(graph: Graph) -> None:
    alice = await graph.api.person("alice")
    one = " ".join(f"a{number}: rates{{items{{rate}}}}" for number in range(11))
    other = " ".join(f"b{number}: rates{{held{{rate}}}}" for number in range(10))
    fragments = f"fragment a on Query{{{one}}} fragment b on Query{{{other}}}"
    answer = await graph.ask(f"{{...a ...b}} {fragments}", alice.token)
    assert code_of(answer) == "document_too_large"
    assert "21 root fields" in answer.body["errors"][0]["message"]


async def test_of_the_schema_one_field_is_asked_for(graph: Graph) -> None:
    alice = await graph.api.person("alice")
    whole = get_introspection_query()
    assert (await graph.ask(whole, alice.token)).status == 200
    twice = "{a: __schema{types{name}} b: __schema{types{name}}}"
    beside = "{__schema{types{name}} accounts{nextCursor}}"
    deep = "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}"
    for query in (twice, beside, deep):
        assert code_of(await graph.ask(query, alice.token)) == "invalid_document"
