"""Traces of requests and their queries; imported only if BANK_TRACES_URL is set."""

from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final, ParamSpec, Protocol, TypeVar

from opentelemetry import propagate
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, Tracer, set_span_in_context

from bankapp.telemetry.context import REQUEST_IDS

REQUEST_ID: Final = "bankapp.request_id"
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Named(Protocol):
    """The parts of a query that a trace contains."""

    @property
    def name(self) -> str: ...


class Tracing:
    """Makes a span of each request and, within it, of each query; all have the request's id.

    The span of a query that serves several requests is linked to their spans. A span contains
    neither data of the request nor the message of an exception.
    """

    def __init__(self, processor: SpanProcessor) -> None:
        resource = Resource.create({"service.name": "bankapp"})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer: Tracer = self._provider.get_tracer("bankapp")
        self._requests: dict[str, Span] = {}

    def close(self) -> None:
        """Send the remaining spans; blocks until that is done."""
        self._provider.shutdown()

    @contextmanager
    def request(
        self, request_id: str, method: str, headers: Mapping[str, str]
    ) -> Generator[Callable[[str, str | None, int], None]]:
        """The span of a request, a child of the span that `traceparent` names, if any.

        Yields a function that takes the method, the operation and the status when the request ends:
        the method is what its door calls it, such as MUTATION where HTTP has POST.
        """
        with self._tracer.start_as_current_span(
            method,
            propagate.extract(headers),
            kind=SpanKind.SERVER,
            attributes={REQUEST_ID: request_id, "http.request.method": method},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            self._requests[request_id] = span

            def end(method: str, operation: str | None, status: int) -> None:
                span.update_name(operation or method)
                span.set_attribute("bankapp.method", method)
                span.set_attribute("http.response.status_code", status)
                if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    span.set_status(StatusCode.ERROR)

            try:
                yield end
            finally:
                self._requests.pop(request_id, None)

    def wrap_query(
        self, query: Named, call: Callable[Arguments, Awaitable[Result]]
    ) -> Callable[Arguments, Awaitable[Result]]:
        """The same query, each call of which makes a span."""

        async def traced(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            with self._query(query.name, REQUEST_IDS.get()):
                return await call(*args, **kwargs)

        return traced

    @contextmanager
    def _query(self, name: str, request_ids: tuple[str, ...]) -> Generator[None]:
        requests = [span for id in request_ids if (span := self._requests.get(id)) is not None]
        within = set_span_in_context(requests[0]) if len(requests) == 1 else None
        links = [Link(span.get_span_context()) for span in requests] if within is None else None
        with self._tracer.start_as_current_span(
            name,
            within,
            kind=SpanKind.CLIENT,
            attributes={"db.system.name": "postgresql", REQUEST_ID: request_ids},
            links=links,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__qualname__)
                raise


def export_traces(url: str) -> Tracing:
    """Traces that are sent to a collector by OTLP over HTTP, in batches, off the event loop."""
    return Tracing(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
