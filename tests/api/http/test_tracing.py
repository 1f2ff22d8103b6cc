"""Traces: the parents of spans, their requests, and the data that they must not hold."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import cast

import pytest
from aiohttp.test_utils import TestClient, TestServer
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from bankapp.api.http.server import create_app
from bankapp.store.engine.transaction import Pool
from bankapp.store.store import Store
from bankapp.telemetry.tracing import REQUEST_ID, Tracing
from gen.queries import wrapped_async_queries
from tests.api.client import Api
from tests.api.conftest import Connection
from tests.conftest import make_bank
from tests.factories import Make

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Traced:
    """A bank whose spans can be looked at."""

    def __init__(self, api: Api, exporter: InMemorySpanExporter) -> None:
        self.api = api
        self._exporter = exporter

    def spans(self) -> dict[str, list[ReadableSpan]]:
        """The spans that ended since the last call, by name."""
        found: dict[str, list[ReadableSpan]] = {}
        for span in self._exporter.get_finished_spans():
            found.setdefault(span.name, []).append(span)
        self._exporter.clear()
        return found


@pytest.fixture
async def traced(pool: Pool) -> AsyncGenerator[Traced]:
    """A bank that is traced, from the door to the database."""
    exporter = InMemorySpanExporter()
    tracing = Tracing(SimpleSpanProcessor(exporter))
    store = Store(pool, queries=wrapped_async_queries(tracing.wrap_query))
    bank = make_bank(store)
    app = create_app(bank, spans=tracing)
    async with TestClient(TestServer(app)) as client:
        yield Traced(Api(client, bank, Make(store)), exporter)
    tracing.close()


def served(span: ReadableSpan) -> list[str]:
    """The requests that a query says it is for."""
    return list(cast("tuple[str, ...]", attribute(span, REQUEST_ID)))


def attribute(span: ReadableSpan, name: str) -> object:
    assert span.attributes is not None
    return span.attributes[name]


def is_within(span: ReadableSpan, outer: ReadableSpan) -> bool:
    assert span.context is not None
    assert outer.context is not None
    is_of_one_trace = span.context.trace_id == outer.context.trace_id
    return (
        is_of_one_trace and span.parent is not None and span.parent.span_id == outer.context.span_id
    )


def linked(span: ReadableSpan) -> list[int]:
    return sorted(link.context.span_id for link in span.links)


def ids(spans: Sequence[ReadableSpan]) -> list[int]:
    return sorted(span.context.span_id for span in spans if span.context is not None)


async def test_a_request_and_its_queries(traced: Traced) -> None:
    alice = await traced.api.person("alice")
    traced.spans()
    headers = {"X-Request-Id": "the-id", "traceparent": PARENT}
    answer = await traced.api.request("GET", "/v1/users/alice", token=alice.token, headers=headers)
    assert answer.status == 200
    spans = traced.spans()
    assert spans.keys() == {"get_user", "ListSessionCallers", "GetUser"}
    [request] = spans.pop("get_user")
    assert request.kind is SpanKind.SERVER
    assert attribute(request, REQUEST_ID) == "the-id"
    assert attribute(request, "http.response.status_code") == 200
    assert request.parent is not None
    assert f"{request.parent.trace_id:032x}-{request.parent.span_id:016x}" in PARENT
    for [query] in spans.values():
        assert query.kind is SpanKind.CLIENT
        assert served(query) == ["the-id"]
        assert is_within(query, request)


async def test_postings_that_go_together_are_linked_to_their_requests(traced: Traced) -> None:
    """The first is posted alone. Those that arrive meanwhile share a span without a parent."""
    alice = await traced.api.person("alice")
    source = await traced.api.make.account(owner="alice", balance=10)
    target = await traced.api.make.account()
    traced.spans()
    answers = await asyncio.gather(*(alice.transfer(source, target, 1) for _ in range(8)))
    assert {answer.status for answer in answers} == {201}
    spans = traced.spans()
    requests = spans["create_transfer"]
    posted: list[int] = []
    for query in spans["PostTransfers"]:
        of_these = [span for span in requests if attribute(span, REQUEST_ID) in served(query)]
        assert len(of_these) == len(served(query))
        if len(of_these) == 1:
            assert is_within(query, of_these[0])
        else:
            assert query.parent is None
            assert linked(query) == ids(of_these)
        posted += ids(of_these)
    assert sorted(posted) == ids(requests)
    assert len(spans["PostTransfers"]) < 8


async def test_a_refusal_is_no_error_of_a_span_and_a_bug_is(
    traced: Traced, connection: Connection
) -> None:
    """Neither tells more than what kind of error it was: its message may quote what was sent."""
    refused = await traced.api.request("GET", "/v1/accounts")
    assert refused.status == 401
    await traced.api.request("GET", "/nothing")
    connection.execute("ALTER TABLE users ADD CONSTRAINT broken CHECK (full_name <> 'Secret')")
    connection.commit()
    person = {"username": "bob", "password": "tr0mbone-Fjord", "full_name": "Secret"}
    answer = await traced.api.request(
        "POST", "/v1/users", json={**person, "email": "bob@example.com"}
    )
    assert answer.status == 500
    spans = traced.spans()
    [unauthenticated], [unknown] = spans["list_accounts"], spans["GET"]
    [sign_up], [insert] = spans["create_user"], spans["InsertUser"]
    assert unauthenticated.status.status_code is StatusCode.UNSET
    assert attribute(unauthenticated, "http.response.status_code") == 401
    assert attribute(unknown, "http.response.status_code") == 404
    assert sign_up.status.status_code is insert.status.status_code is StatusCode.ERROR
    assert attribute(insert, "error.type") == "CheckViolation"
    for span in (sign_up, insert):
        assert not span.events
        assert "Secret" not in span.to_json()
