"""From an operation to a handler of gRPC, which follows from the operation's declaration."""

import asyncio
from collections.abc import Iterator, Mapping
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

METHOD: Final = "RPC"  # in the log, where HTTP has GET or POST
CANCELLED_STATUS: Final = 499  # that HTTP has for it by custom, and google.rpc.Code too


class GrpcContent:
    """The message of a request, which gRPC has received."""

    __slots__ = ("_message", "_method", "_read")

    def __init__(self, message: bytes, method: Method, read: ReadRequest) -> None:
        self._message = message
        self._method = method
        self._read = read

    @property
    def is_large(self) -> bool:
        """No: only methods that take small messages have this content."""
        return False

    async def receive(self) -> None:
        """Nothing is left to receive. Raises PayloadTooLarge."""
        if len(self._message) > self._method.request_bytes_max:
            raise PayloadTooLarge

    def read(self) -> Mapping[str, Any]:
        """The fields. Raises MalformedRequest, PayloadTooLarge, ValidationFailed."""
        return self._read(self._message)


class LargeContent(GrpcContent):
    """The message of a request that may be large, which arrives when it is received."""

    __slots__ = ("_context",)

    def __init__(self, context: Context, method: Method, read: ReadRequest) -> None:
        super().__init__(b"", method, read)
        self._context = context

    @property
    def is_large(self) -> bool:
        """How long the message is shows when it is there."""
        return True

    async def receive(self) -> None:
        """Receive the message. Raises MalformedRequest when it is late, PayloadTooLarge."""
        try:
            async with asyncio.timeout(tuning.BODY_TIMEOUT_S):
                message = cast("object", await self._context.read())
        except TimeoutError:
            raise errors.MalformedRequest("The message did not arrive in time.") from None
        if not isinstance(message, bytes):  # the end of the stream
            raise errors.MalformedRequest("There is no message.")
        self._message = message
        await super().receive()


def service_handlers(
    bank: Bank, trusted_proxies: Networks, spans: RequestSpans | None
) -> Iterator[grpc.GenericRpcHandler]:
    """A handler for each service, with all its methods."""
    for service, methods in groupby(SERVED, key=lambda method: method.service):
        handlers = {
            method.name: _method_handler(bank, method, trusted_proxies, spans) for method in methods
        }
        yield grpc.method_handlers_generic_handler(f"{PACKAGE}.{service}", handlers)


def _method_handler(
    bank: Bank, method: Method, trusted_proxies: Networks, spans: RequestSpans | None
) -> "grpc.RpcMethodHandler[bytes, bytes]":
    request, response = messages_of(method)
    read, write = request_reader(request), response_writer(response)

    async def handle(content: GrpcContent, context: Context) -> bytes:
        metadata = RequestMetadata(context.invocation_metadata() or ())
        address = metadata.address(context.peer(), trusted_proxies)
        with Exchange(METHOD, metadata.headers, spans) as exchange:
            try:
                served = await serve(
                    bank,
                    method.operation,
                    exchange,
                    Visitor.at_door(address, metadata.user_agent, exchange.request_id),
                    content,
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

    async def handle_small(message: bytes, context: Context) -> bytes:
        return await handle(GrpcContent(message, method, read), context)

    async def handle_large(_messages: object, context: Context) -> bytes:
        return await handle(LargeContent(context, method, read), context)

    if method.request_bytes_max <= limits.BODY_BYTES_MAX:
        return grpc.unary_unary_rpc_method_handler(handle_small)
    # To this handler a request is a stream of messages, of which it takes the first. So a large one
    # is received after authentication, within a bound of time, and a few at a time of each caller.
    # It costs a tenth more than to have gRPC receive the message.
    return grpc.stream_unary_rpc_method_handler(handle_large)


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
    metrics.grpc_requests(exchange.operation or "none", code.name).inc()
