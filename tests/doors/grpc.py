"""The gRPC door under test."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from grpc import StatusCode

from bankapp.api.grpc.methods import LEFT_OUT, SERVED
from bankapp.api.grpc.server import serving
from bankapp.api.problems import PayloadTooLarge
from bankapp.domain import errors
from bankapp.domain.errors import Sort
from bankapp.operations.bank import Bank
from bankapp.operations.operation import Operation
from tests.doors.case import Fields
from tests.doors.door import DoorUnderTest, Outcome, Refused
from tests.grpc_calls import GrpcClient, Reply, calling

_OWN_REFUSALS: Final = (PayloadTooLarge,)
_KINDS: Final[Mapping[str, type[errors.Refusal]]] = {
    **errors.REFUSALS,
    **{kind.code: kind for kind in _OWN_REFUSALS},
}
_OF_ONE_ANSWER: Final = {"x-request-id", "idempotent-replayed", "grpc-status-details-bin"}
_CODES: Final = {
    Sort.MALFORMED: {StatusCode.INVALID_ARGUMENT, StatusCode.RESOURCE_EXHAUSTED},
    Sort.INVALID: {StatusCode.INVALID_ARGUMENT, StatusCode.FAILED_PRECONDITION},
    Sort.UNAUTHENTICATED: {StatusCode.UNAUTHENTICATED},
    Sort.FORBIDDEN: {StatusCode.PERMISSION_DENIED},
    Sort.MISSING: {StatusCode.NOT_FOUND},
    Sort.CONFLICT: {StatusCode.FAILED_PRECONDITION, StatusCode.ALREADY_EXISTS},
    Sort.LIMITED: {StatusCode.RESOURCE_EXHAUSTED},
    Sort.UNAVAILABLE: {StatusCode.UNAVAILABLE},
    Sort.INTERNAL: {StatusCode.INTERNAL},
}


class GrpcDoor:
    """The gRPC door of one bank, over a real socket."""

    def __init__(self, client: GrpcClient) -> None:
        self._client = client

    async def ask(
        self,
        operation: Operation,
        fields: Fields,
        *,
        token: str | None = None,
        keys: Sequence[str] = (),
    ) -> Outcome:
        """Ask for an operation and check the status code, the metadata and the details."""
        reply = await self._client.ask(operation.name, fields, token=token, keys=keys)
        is_refused = reply.code is not StatusCode.OK
        trailers = reply.trailers.items()
        return Outcome(
            request_id=str(reply.trailers["x-request-id"]),
            body=None if is_refused else reply.fields,
            refused=_refused(reply) if is_refused else None,
            is_replay=reply.trailers.get("idempotent-replayed") == "true",
            envelope=(reply.code, sorted(one for one in trailers if one[0] not in _OF_ONE_ANSWER)),
        )


def _refused(reply: Reply) -> Refused:
    info: Any = reply.details[ErrorInfo]
    kind = _KINDS[info.reason]
    assert reply.code in _CODES[kind.sort]
    assert info.domain == "bank"
    assert info.metadata.keys() == {"title", "retryable"}
    expected: set[type[Message]] = {ErrorInfo, RequestInfo}
    expected |= {RetryInfo} if kind.sort in (Sort.LIMITED, Sort.UNAVAILABLE) else set()
    assert reply.details.keys() - {BadRequest} == expected
    violations: Any = reply.details[BadRequest] if BadRequest in reply.details else BadRequest()
    retry: Any = reply.details.get(RetryInfo)
    return Refused(
        kind=kind,
        title=info.metadata["title"],
        detail=reply.message,
        is_retryable=info.metadata["retryable"] == "true",
        request_id=reply.details[RequestInfo].request_id,
        wrong_fields=tuple(one.field for one in violations.field_violations),
        retry_after_s=None if retry is None else retry.retry_delay.seconds,
    )


@asynccontextmanager
async def open_grpc(bank: Bank) -> AsyncGenerator[GrpcDoor]:
    """The door of a bank, while the block runs."""
    async with serving(bank, ["127.0.0.1:0"]) as [port], calling(port) as client:
        yield GrpcDoor(client)


GRPC: Final = DoorUnderTest(
    name="grpc",
    open=open_grpc,
    serves=[method.operation for method in SERVED],
    table="bankapp/api/grpc/methods.py",
    refuses=_OWN_REFUSALS,
    leaves_out=LEFT_OUT,
)
