"""From an operation to a handler of gRPC, which follows from the operation's declaration."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final, TypeAlias, cast

import grpc
from grpc.aio import ServicerContext

from bankapp import tuning
from bankapp.api.addresses import Networks
from bankapp.api.grpc.descriptors import messages_of
from bankapp.api.grpc.errors import DETAILS_KEY, Metadata, code_of, details_of, message_of
from bankapp.api.grpc.messages import ReadRequest, request_reader, response_writer
from bankapp.api.grpc.metadata import RequestMetadata
from bankapp.api.grpc.methods import PACKAGE, SERVED, Method
from bankapp.api.problems import PayloadTooLarge, status_of
from bankapp.domain import errors, limits
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.exchange import Exchange, RequestSpans
from bankapp.operations.serving import Served, serve
from bankapp.telemetry import metrics

Context: TypeAlias = ServicerContext[bytes, bytes]
Handler: TypeAlias = Callable[[object, Context], Awaitable[bytes]]

METHOD: Final = "RPC"  # in the log, where HTTP has GET or POST
CANCELLED_STATUS: Final = 499  # that HTTP has for it by custom, and google.rpc.Code too


class GrpcContent:
    """The message of a request."""

    __slots__ = ("_bytes_max", "_context", "_message", "_read")

    def __init__(self, context: Context, method: Method, read: ReadRequest) -> None:
        self._context = context
        self._bytes_max = method.request_bytes_max
        self._read = read
        self._message = b""

    @property
    def is_large(self) -> bool:
        """Whether the method takes large messages: how long one is shows when it is there."""
        return self._bytes_max > limits.BODY_BYTES_MAX

    async def receive(self) -> None:
        """Receive the message. Raises MalformedRequest when it is late, PayloadTooLarge."""
        try:
            async with asyncio.timeout(tuning.BODY_TIMEOUT_S):
                message = cast("object", await self._context.read())
        except TimeoutError:
            raise errors.MalformedRequest("The message did not arrive in time.") from None
        if not isinstance(message, bytes):  # the end of the stream
            raise errors.MalformedRequest("There is no message.")
        if len(message) > self._bytes_max:
            raise PayloadTooLarge
        self._message = message

    def read(self) -> Mapping[str, Any]:
        """The fields. Raises MalformedRequest, PayloadTooLarge, ValidationFailed."""
        return self._read(self._message)


def service_handlers(
    bank: Bank, trusted_proxies: Networks, spans: RequestSpans | None
) -> Iterator[grpc.GenericRpcHandler]:
    """A handler for each service, with all its methods."""
    for service, methods in groupby(SERVED, key=lambda method: method.service):
        # To the handler a request is a stream of messages, of which it takes the first. It is then
        # received within a bound of time and after authentication; gRPC itself would do neither.
        handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            method.name: grpc.stream_unary_rpc_method_handler(
                create_handler(bank, method, trusted_proxies, spans)
            )
            for method in methods
        }
        yield grpc.method_handlers_generic_handler(f"{PACKAGE}.{service}", handlers)


def create_handler(
    bank: Bank, method: Method, trusted_proxies: Networks, spans: RequestSpans | None
) -> Handler:
    """A handler that serves the method's operation and writes the answer."""
    request, response = messages_of(method)
    read, write = request_reader(request), response_writer(response)

    async def handle(_messages: object, context: Context) -> bytes:
        metadata = RequestMetadata(context.invocation_metadata() or ())
        address = metadata.address(context.peer(), trusted_proxies)
        with Exchange(METHOD, metadata.headers, spans) as exchange:
            try:
                served = await serve(
                    bank,
                    method.operation,
                    exchange,
                    Visitor.at_door(address, metadata.user_agent, exchange.request_id),
                    GrpcContent(context, method, read),
                    token=metadata.token,
                    keys=metadata.keys,
                )
                return _answer(context, exchange, served, write(served.response))
            except asyncio.CancelledError:
                # The client has gone, or its deadline has passed. What is posted is posted, as
                # where a connection of HTTP is lost; the request is logged all the same.
                exchange.status = CANCELLED_STATUS
            except Exception as error:  # noqa: BLE001 - the log has the error, the client an answer
                return _refuse(context, exchange, error)
        _count(exchange, grpc.StatusCode.CANCELLED)
        raise asyncio.CancelledError

    return handle


def _answer(context: Context, exchange: Exchange, served: Served, message: bytes) -> bytes:
    exchange.status = 200
    context.set_trailing_metadata(_trailers(exchange, is_replay=served.is_replay))
    _count(exchange, grpc.StatusCode.OK)
    return message


def _refuse(context: Context, exchange: Exchange, error: Exception) -> bytes:
    """Give the refusal as the status. gRPC would give the client the text of an exception."""
    refusal = exchange.refuse(error)
    exchange.status = status_of(refusal).value
    code = code_of(refusal)
    context.set_code(code)
    context.set_details(message_of(refusal))
    is_replay = refusal.replayed_request_id is not None
    details = details_of(refusal, exchange.request_id)
    trailers = _trailers(exchange, is_replay=is_replay)
    context.set_trailing_metadata((*trailers, (DETAILS_KEY, details)))
    _count(exchange, code)
    return b""


def _trailers(exchange: Exchange, *, is_replay: bool) -> Metadata:
    request_id = ("x-request-id", exchange.request_id)
    return (request_id, ("idempotent-replayed", "true")) if is_replay else (request_id,)


def _count(exchange: Exchange, code: grpc.StatusCode) -> None:
    metrics.GRPC_REQUESTS.labels(exchange.operation or "none", code.name).inc()
