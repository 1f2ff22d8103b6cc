"""Refusals as status codes and details, which stay small."""

import pytest
from google.rpc.error_details_pb2 import BadRequest
from google.rpc.status_pb2 import Status
from grpc import StatusCode

from bankapp.api.grpc.errors import DETAILS_BYTES_MAX, code_of, details_of
from bankapp.api.grpc.methods import SERVED
from bankapp.api.problems import REFUSALS, PayloadTooLarge
from bankapp.domain import errors
from bankapp.domain.errors import Sort, Violation


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (errors.MalformedRequest, StatusCode.INVALID_ARGUMENT),
        (errors.ValidationFailed, StatusCode.INVALID_ARGUMENT),
        (errors.TokenExpired, StatusCode.UNAUTHENTICATED),
        (errors.InvalidCredentials, StatusCode.UNAUTHENTICATED),
        (errors.EmailNotVerified, StatusCode.PERMISSION_DENIED),
        (errors.NotFound, StatusCode.NOT_FOUND),
        (errors.UsernameTaken, StatusCode.ALREADY_EXISTS),
        (errors.InsufficientFunds, StatusCode.FAILED_PRECONDITION),
        (errors.CurrencyMismatch, StatusCode.FAILED_PRECONDITION),
        (errors.IdempotencyKeyReused, StatusCode.FAILED_PRECONDITION),
        (errors.RateLimited, StatusCode.RESOURCE_EXHAUSTED),
        (PayloadTooLarge, StatusCode.RESOURCE_EXHAUSTED),
        (errors.Unavailable, StatusCode.UNAVAILABLE),
        (errors.InternalError, StatusCode.INTERNAL),
    ],
)
def test_codes(refusal: type[errors.Refusal], code: StatusCode) -> None:
    assert code_of(refusal) is code


def test_every_refusal_has_a_code_that_tells_whether_to_retry() -> None:
    """Clients retry UNAVAILABLE by themselves, and nothing else."""
    declared = {refusal for method in SERVED for refusal in method.operation.refuses}
    for refusal in {*REFUSALS, *declared}:
        assert (code_of(refusal) is StatusCode.UNAVAILABLE) == (refusal.sort is Sort.UNAVAILABLE)


def violations_in(details: bytes) -> list[str]:
    """The fields that the details name."""
    bad = BadRequest()
    for packed in Status.FromString(details).details:
        packed.Unpack(bad)
    return [violation.field for violation in bad.field_violations]


def test_violations_are_as_many_as_clients_and_proxies_take() -> None:
    short = [Violation(f"items.{number}", "is wrong") for number in range(100)]
    details = details_of(errors.ValidationFailed(violations=short), "r")
    assert violations_in(details) == [f"items.{number}" for number in range(20)]
    assert len(details) <= DETAILS_BYTES_MAX


@pytest.mark.parametrize("length", [1, 100, 500, 10_000])
def test_details_are_small_however_long_the_texts(length: int) -> None:
    long = [Violation("f" * length, "ä" * length)] * 100
    refusal = errors.ValidationFailed("ä" * 10_000, violations=long)
    details = details_of(refusal, "r" * 100)
    assert len(details) <= DETAILS_BYTES_MAX
    assert len(violations_in(details)) <= 20
