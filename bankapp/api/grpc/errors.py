"""The answer to a refused request: a status code, and details of google.rpc."""

from typing import Final, TypeAlias

from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode

from bankapp.api.problems import PayloadTooLarge, retry_after_s
from bankapp.domain import errors
from bankapp.domain.errors import Sort

Metadata: TypeAlias = tuple[tuple[str, str | bytes], ...]

DOMAIN: Final = "bank"
DETAILS_KEY: Final = "grpc-status-details-bin"
# All of it stands in the trailing metadata. Larger metadata make clients and proxies end the whole
# connection: 8 KiB are usual, and in base64 these are a third more.
DETAILS_BYTES_MAX: Final = 3 * 1024
VIOLATION_COUNT_MAX: Final = 20
MESSAGE_LENGTH_MAX: Final = 500

_CODE_OF_SORT: Final = {
    Sort.MALFORMED: StatusCode.INVALID_ARGUMENT,
    Sort.INVALID: StatusCode.INVALID_ARGUMENT,
    Sort.UNAUTHENTICATED: StatusCode.UNAUTHENTICATED,
    Sort.FORBIDDEN: StatusCode.PERMISSION_DENIED,
    Sort.MISSING: StatusCode.NOT_FOUND,
    Sort.CONFLICT: StatusCode.FAILED_PRECONDITION,
    Sort.LIMITED: StatusCode.RESOURCE_EXHAUSTED,
    Sort.UNAVAILABLE: StatusCode.UNAVAILABLE,
    Sort.INTERNAL: StatusCode.INTERNAL,
}
# These have a more precise code than their sort.
_CODE: Final[dict[type[errors.Refusal], StatusCode]] = {
    errors.UsernameTaken: StatusCode.ALREADY_EXISTS,
    errors.EmailTaken: StatusCode.ALREADY_EXISTS,
    errors.AccountExists: StatusCode.ALREADY_EXISTS,
    # Whether these are wrong depends on what the bank knows, and INVALID_ARGUMENT would deny it.
    errors.CurrencyMismatch: StatusCode.FAILED_PRECONDITION,
    errors.IdempotencyKeyReused: StatusCode.FAILED_PRECONDITION,
    PayloadTooLarge: StatusCode.RESOURCE_EXHAUSTED,
}


def code_of(refusal: errors.Refusal | type[errors.Refusal]) -> StatusCode:
    """The status code of a refusal."""
    kind = refusal if isinstance(refusal, type) else type(refusal)
    return _CODE.get(kind) or _CODE_OF_SORT[kind.sort]


def details_of(refusal: errors.Refusal, request_id: str) -> bytes:
    """The refusal as a google.rpc.Status, with as many violations as there is room for."""
    status = Status(code=code_of(refusal).value[0], message=message_of(refusal))
    info = ErrorInfo(
        reason=refusal.code,
        domain=DOMAIN,
        metadata={"title": refusal.message(), "retryable": str(refusal.retryable).lower()},
    )
    _add(status, info)
    _add(status, RequestInfo(request_id=refusal.replayed_request_id or request_id))
    if (delay_s := retry_after_s(refusal)) is not None:
        retry = RetryInfo()
        retry.retry_delay.seconds = delay_s
        _add(status, retry)
    if refusal.violations:
        _add(status, _violations(refusal, DETAILS_BYTES_MAX - status.ByteSize() - 100))
    details: bytes = status.SerializeToString()
    return details


def message_of(refusal: errors.Refusal) -> str:
    """The particulars, without the rest of a long text."""
    detail = refusal.detail
    return detail if len(detail) <= MESSAGE_LENGTH_MAX else f"{detail[: MESSAGE_LENGTH_MAX - 1]}…"


def _violations(refusal: errors.Refusal, bytes_max: int) -> BadRequest:
    bad = BadRequest()
    for violation in refusal.violations[:VIOLATION_COUNT_MAX]:
        bad.field_violations.add(field=violation.field, description=violation.message)
        if bad.ByteSize() > bytes_max:
            del bad.field_violations[-1]
            break
    return bad


def _add(status: Status, detail: Message) -> None:
    status.details.add().Pack(detail)
