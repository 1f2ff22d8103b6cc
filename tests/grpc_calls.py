"""A client of the gRPC door that takes and gives what JSON has, also what a request must not be."""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import grpc
import grpc.aio
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status

from bankapp.api.grpc.descriptors import messages_of
from bankapp.api.grpc.methods import PACKAGE, SERVED, Method

METHODS: Final = {method.operation.name: method for method in SERVED}
# Field 15000, of text, in the bytes of a message: no message of the bank has it.
UNKNOWN_FIELD: Final = b"\xc2\xa9\x07\x01x"
_DETAILS: Final = (BadRequest, ErrorInfo, RequestInfo, RetryInfo)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The answer to a call."""

    code: grpc.StatusCode
    message: str
    fields: Any
    trailers: Mapping[str, str | bytes]
    details: Mapping[type[Message], Any] = field(default_factory=dict[type[Message], Any])

    @property
    def reason(self) -> str | None:
        """The code of the refusal."""
        return self.details[ErrorInfo].reason if ErrorInfo in self.details else None


def path_of(method: Method) -> str:
    """The path at which a method is called."""
    return f"/{PACKAGE}.{method.service}/{method.name}"


class GrpcClient:
    """Calls methods over one channel."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel

    async def ask(
        self,
        name: str,
        fields: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        keys: Sequence[str] = (),
        metadata: Sequence[tuple[str, str]] = (),
        timeout_s: float = 30,
    ) -> Reply:
        """Ask for an operation by its name."""
        request, _ = messages_of(METHODS[name])
        content = message_bytes(request, fields or {})
        given = [*metadata, *(("idempotency-key", key) for key in keys)]
        if token is not None:
            given.append(("authorization", f"Bearer {token}"))
        return await self.send(name, content, given, timeout_s)

    async def send(
        self,
        name: str,
        content: bytes,
        metadata: Sequence[tuple[str, str]] = (),
        timeout_s: float = 30,
    ) -> Reply:
        """Send these bytes to the method of an operation."""
        _, response = messages_of(METHODS[name])
        method = self.channel.unary_unary(path_of(METHODS[name]))
        call = method(content, timeout=timeout_s, metadata=grpc.aio.Metadata(*metadata))
        try:
            answer = await call
        except grpc.aio.AioRpcError as error:
            return _refused(error)
        return Reply(
            code=grpc.StatusCode.OK,
            message="",
            fields=fields_of(GetMessageClass(response).FromString(answer)),
            trailers=dict(await call.trailing_metadata()),
        )


@asynccontextmanager
async def calling(port: int, host: str = "127.0.0.1") -> AsyncGenerator[GrpcClient]:
    """A client of a door on this machine, with a connection of its own, while the block runs."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.insecure_channel(f"{host}:{port}", options) as channel:
        yield GrpcClient(channel)


def _refused(error: grpc.aio.AioRpcError) -> Reply:
    trailers = dict(error.trailing_metadata())
    raw: Any = trailers.get("grpc-status-details-bin", b"")
    status: Any = Status.FromString(raw)
    found = [
        kind.FromString(packed.value)
        for packed in status.details
        for kind in _DETAILS
        if packed.Is(kind.DESCRIPTOR)
    ]
    return Reply(
        code=error.code(),
        message=error.details() or "",
        fields=None,
        trailers=trailers,
        details={type(detail): detail for detail in found},
    )


def message_bytes(descriptor: Descriptor, fields: Mapping[str, Any]) -> bytes:
    """The bytes of a message with these fields; an unknown one is of a number that is unknown."""
    message = GetMessageClass(descriptor)()
    rest = _fill(message, fields)
    return message.SerializeToString() + rest


def _fill(message: Message, fields: Mapping[str, Any]) -> bytes:
    rest = b""
    for name, value in fields.items():
        known = message.DESCRIPTOR.fields_by_name.get(name)
        if known is None:
            rest = UNKNOWN_FIELD
        elif value is not None:
            _set(message, known, value)
    return rest


def _set(message: Any, known: Any, value: Any) -> None:
    if known.message_type is None:
        converted = [_scalar(known, one) for one in value] if known.is_repeated else None
        if converted is not None:
            getattr(message, known.name).extend(converted)
        else:
            setattr(message, known.name, _scalar(known, value))
    elif known.is_repeated:
        for one in value:
            _fill(getattr(message, known.name).add(), one)
    elif known.message_type.name == "Timestamp":
        getattr(message, known.name).FromJsonString(value)
    elif known.message_type.name == "StringList":
        inner = getattr(message, known.name)
        inner.SetInParent()
        inner.values.extend(value)
    else:
        _fill(getattr(message, known.name), value)


def _scalar(known: Any, value: Any) -> Any:
    if known.enum_type is None:
        return value
    [number] = [
        number
        for number, one in known.enum_type.values_by_number.items()
        if one.name.endswith(f"_{value.upper()}")
    ] or [99]
    return number


def fields_of(message: Any) -> dict[str, Any]:
    """The fields of a message as JSON has them: those that are not set are null."""
    return dict(_fields(message))


def _fields(message: Any) -> Iterator[tuple[str, Any]]:
    for known in message.DESCRIPTOR.fields:
        choice = known.containing_oneof
        if choice is not None and len(choice.fields) > 1:
            if message.WhichOneof(choice.name) == known.name:
                yield choice.name, fields_of(getattr(message, known.name))
            continue
        yield known.name, _value(message, known)


def _value(message: Any, known: Any) -> Any:
    value = getattr(message, known.name)
    convert = _converter(known)
    if known.is_repeated:
        return [convert(one) for one in value]
    return None if known.has_presence and not message.HasField(known.name) else convert(value)


def _converter(known: Any) -> Callable[[Any], Any]:
    enum, kind = known.enum_type, known.message_type
    if enum is not None:
        prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
        return lambda number: enum.values_by_number[number].name.removeprefix(prefix).lower()
    if kind is None:
        return lambda value: value
    if kind.name == "Timestamp":
        return _time
    return (lambda one: [*one.values]) if kind.name == "StringList" else fields_of


def _time(message: Any) -> str:
    moment = datetime.fromtimestamp(message.seconds, UTC)
    return moment.replace(microsecond=message.nanos // 1000).isoformat().replace("+00:00", "Z")
