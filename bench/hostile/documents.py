"""GraphQL documents made to cost much to parse, to validate, to measure or to execute."""

import time
from collections.abc import Mapping
from functools import cache
from typing import Final

from graphql import GraphQLSchema

from bankapp.api.graphql.documents import Documents
from bankapp.api.graphql.measures import measure
from bankapp.api.graphql.schema import create_schema
from bankapp.domain import errors

_TOKENS: Final = 480  # a few fewer than the most that are read
_FRAGMENTS: Final = 44


def _chain(count: int) -> str:
    """Fragments of which each spreads the next one twice: 2^count fields."""
    links = (f"fragment f{n} on AccountPage{{...f{n + 1} ...f{n + 1}}}" for n in range(count))
    return f"{' '.join(links)} fragment f{count} on AccountPage{{nextCursor}}"


DOCUMENTS: Final[Mapping[str, str]] = {
    "a field again and again": f"{{accounts{{items{{{'id ' * _TOKENS}}}}}}}",
    "an unknown field again and again": f"{{{'money ' * _TOKENS}}}",
    "an alias again and again": f"{{accounts{{items{{{'a:id ' * (_TOKENS // 3)}}}}}}}",
    "root fields again and again": f"{{{'accounts{items{id}} ' * (_TOKENS // 7)}}}",
    "many aliases": "{" + " ".join(f"a{n}:rates{{items{{rate}}}}" for n in range(53)) + "}",
    "fragments in fragments": f"{{accounts{{...f0}}}} {_chain(_FRAGMENTS)}",
    "fragments in a circle": "{accounts{...a}} fragment a on AccountPage{...b} "
    "fragment b on AccountPage{...a}",
    "a fragment again and again": f"{{accounts{{{'...a ' * 220}}}}} "
    "fragment a on AccountPage{nextCursor items{id balance owner}}",
    "fragments of one type of many": "{events{items{"
    + "... on TransferPostedEvent{data{amount}} " * (_TOKENS // 10)
    + "}}}",
    "a chain of links": "{entries(accountId:1){items{"
    + "transfer{reversesTransfer{" * 40
    + "id"
    + "}}" * 40
    + "}}}",
    "pages in pages": "{accounts(limit:100){items{entries(limit:100){items{id}}}}}",
    "lists in lists": f"{{events(types:{'[' * 230}{']' * 230}){{nextCursor}}}}",
    "objects in objects": "mutation{createTransfer(input:"
    + "{a:" * 110
    + "1"
    + "}" * 110
    + "){transfer{id}}}",
    "a number of thousands of digits": f"{{account(accountId:{'9' * 16_000}){{id}}}}",
    "a text of thousands of lines": '{account(accountId:"""' + "\n x" * 4_000 + '"""){id}}',
    "a deep look at the schema": "{__schema{types{"
    + "fields{type{" * 30
    + "name"
    + "}}" * 30
    + "}}}",
    "unknown variables": "query("
    + " ".join(f"$v{n}:Long" for n in range(_TOKENS // 4))
    + "){accounts{nextCursor}}",
}


def processor_ms(text: str) -> float:
    """What it takes to refuse a document that is not known, in milliseconds of the processor.

    The least of five, which others of the machine have disturbed least.
    """
    return min(_refuse(text) for _ in range(5)) * 1000


def _refuse(text: str) -> float:
    documents = Documents(_schema())
    started_s = time.process_time()
    try:
        document = documents.parse(text)
        documents.validate(text, document, hide_suggestions=True)
        [operation] = document.operations
        measure(_schema(), operation, document.fragments, {}).require_within_limits()
    except errors.Refusal:
        return time.process_time() - started_s
    raise AssertionError("it is not refused")


@cache
def _schema() -> GraphQLSchema:
    return create_schema()
