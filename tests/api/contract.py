"""The statuses of refusals, independent of the bank's code, and a comparison of refusals."""

from typing import Final

from tests.api.client import Answer

PROBLEM: Final = {"type", "title", "status", "code", "detail", "request_id", "retryable"}
JSON: Final = {"Content-Type": "application/json"}


def same_but_for_request_id(*answers: Answer) -> bool:
    """Whether nobody could tell these refusals apart."""
    return all(_stripped(answer) == _stripped(answers[0]) for answer in answers)


def _stripped(answer: Answer) -> object:
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]
    unique = {"X-Request-Id", "Date"}
    headers = {name: value for name, value in answer.headers.items() if name.title() not in unique}
    return (
        answer.status,
        headers,
        [(name, value) for name, value in answer.body.items() if name != "request_id"],
    )
