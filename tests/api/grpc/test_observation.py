"""The log, the counts and the spans of requests over gRPC."""

import asyncio

from grpc import StatusCode
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import format_trace_id
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from bankapp.api.grpc.server import serving
from bankapp.operations.bank import Bank
from bankapp.telemetry.tracing import REQUEST_ID, Tracing
from tests.api.grpc.conftest import LogIn
from tests.grpc_calls import GrpcClient, calling
from tests.processes.processes import until

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def count(operation: str, code: str) -> float:
    """The requests so far."""
    labels = {"operation": operation, "code": code}
    return REGISTRY.get_sample_value("bankapp_grpc_requests_total", labels) or 0.0


async def test_a_request_is_one_line(client: GrpcClient) -> None:
    with capture_logs() as lines:
        await client.ask("list_accounts", metadata=[("x-request-id", "r-1")])
    [line] = [line for line in lines if line["event"] == "request"]
    del line["duration_ms"]
    assert line == {
        "event": "request",
        "log_level": "info",
        "request_id": "r-1",
        "method": "RPC",
        "operation": "list_accounts",
        "actor": None,
        "status": 401,
    }


async def test_a_request_whose_client_has_gone_is_a_line_too(
    client: GrpcClient, log_in: LogIn
) -> None:
    token = await log_in("alice")
    waiting = {"cursor": "last", "types": ["hold.voided"], "wait_s": 20}
    with capture_logs() as lines:
        late = await client.ask("list_events", waiting, token=token, timeout_s=0.1)
        assert late.code is StatusCode.DEADLINE_EXCEEDED
        await asyncio.to_thread(until, lambda: [one for one in lines if one["event"] == "request"])
    [line] = [line for line in lines if line["event"] == "request"]
    assert (line["operation"], line["actor"], line["status"]) == ("list_events", "alice", 499)


async def test_requests_are_counted_by_status_code(client: GrpcClient) -> None:
    before = count("list_currencies", "OK"), count("list_accounts", "UNAUTHENTICATED")
    await client.ask("list_currencies")
    await client.ask("list_accounts")
    after = count("list_currencies", "OK"), count("list_accounts", "UNAUTHENTICATED")
    assert after == (before[0] + 1, before[1] + 1)


async def test_a_request_is_a_span_within_that_of_its_caller(bank: Bank) -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing(SimpleSpanProcessor(exporter))
    metadata = [("traceparent", PARENT), ("x-request-id", "r-2")]
    async with (
        serving(bank, ["127.0.0.1:0"], spans=tracing) as [port],
        calling(port) as client,
    ):
        await client.ask("list_currencies", metadata=metadata)
    [span] = exporter.get_finished_spans()
    tracing.close()
    assert span.name == "list_currencies"
    context = span.get_span_context()
    assert context is not None
    assert format_trace_id(context.trace_id) == PARENT.split("-")[1]
    assert (span.attributes or {})[REQUEST_ID] == "r-2"
