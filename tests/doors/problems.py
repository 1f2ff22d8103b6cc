"""Problem documents, which the doors carry alike."""

from collections.abc import Mapping
from typing import Any, Final

from bankapp.domain import errors
from bankapp.domain.errors import Sort
from tests.api.contract import PROBLEM
from tests.doors.door import Refused

STATUSES: Final = {
    Sort.MALFORMED: {400, 405, 413, 415},
    Sort.INVALID: {422},
    Sort.UNAUTHENTICATED: {401},
    Sort.FORBIDDEN: {403},
    Sort.MISSING: {404},
    Sort.CONFLICT: {409},
    Sort.LIMITED: {429},
    Sort.UNAVAILABLE: {503},
    Sort.INTERNAL: {500},
}


def read_problem(
    kind: type[errors.Refusal], problem: Mapping[str, Any], retry_after: str | None
) -> Refused:
    """The refusal that a problem tells. Fails if a member is missing, or one more is there."""
    wrong_fields = tuple(error["field"] for error in problem.get("errors", ()))
    assert problem.keys() == PROBLEM | ({"errors"} if wrong_fields else set())
    return Refused(
        kind=kind,
        title=problem["title"],
        detail=problem["detail"],
        is_retryable=problem["retryable"],
        request_id=problem["request_id"],
        wrong_fields=wrong_fields,
        retry_after_s=None if retry_after is None else int(retry_after),
    )
