"""`bankapp serve` sends traces to who collects them, and needs nothing for it where nobody does."""

import gzip
import subprocess
import sys
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bankapp.command_errors import SettingError
from bankapp.processes.observation import observing
from bankapp.settings import Settings
from tests.processes.processes import Served, until


class Collector(ThreadingHTTPServer):
    """Gets traces as a real one would."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[ExportTraceServiceRequest] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1/traces"

    def span_names(self) -> set[str]:
        """The names of all spans that the collector received."""
        return {
            span.name
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        self.server.requests.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def collector() -> Generator[Collector]:
    """One that runs in this process."""
    with Collector() as collector:
        thread = Thread(target=collector.serve_forever)
        thread.start()
        yield collector
        collector.shutdown()
        thread.join()


def test_traces_arrive(home: Path, collector: Collector) -> None:
    with Served(home, BANK_TRACES_URL=collector.url) as served:
        assert served.wait().ask("GET", "/v1/accounts").status == 401
        assert served.log_in_admin()
    expected = {"list_accounts", "log_in", "GetUser", "InsertSession"}
    until(lambda: expected <= collector.span_names())


async def test_traces_without_opentelemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "bankapp.telemetry.tracing", raising=False)
    settings = Settings.model_validate({"BANK_TRACES_URL": "http://127.0.0.1:1/v1/traces"})
    with pytest.raises(SettingError, match=r"install bankapp\[otel\]"):
        async with observing(settings):
            pass


def test_opentelemetry_is_not_loaded_without_a_collector() -> None:
    code = (
        "import sys, bankapp.processes.server; "
        "print([m for m in sys.modules if m.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
