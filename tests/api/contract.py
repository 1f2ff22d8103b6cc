"""The shapes of the HTTP contract, said apart from the code, and the means to compare."""

import re
from typing import Any, Final

from tests.api.client import Answer

USER: Final = {
    "username",
    "full_name",
    "email",
    "role",
    "is_email_verified",
    "password_changed_at",
    "created_at",
}
ACCOUNT: Final = {
    "id",
    "owner",
    "currency",
    "balance",
    "available_balance",
    "status",
    "created_at",
}
TRANSFER: Final = {
    "id",
    "from_account_id",
    "to_account_id",
    "amount",
    "currency",
    "kind",
    "reverses_transfer_id",
    "description",
    "created_at",
}
ENTRY: Final = {"id", "account_id", "transfer_id", "amount", "balance_after", "created_at"}
HOLD: Final = {
    "id",
    "from_account_id",
    "to_account_id",
    "amount",
    "captured_amount",
    "currency",
    "status",
    "expires_at",
    "description",
    "created_at",
}
PAGE: Final = {"items", "next_cursor"}
PROBLEM: Final = {"type", "title", "status", "code", "detail", "request_id", "retryable"}

TOKENS: Final = {
    "access_token",
    "access_token_expires_at",
    "refresh_token",
    "refresh_token_expires_at",
}
LOGIN: Final = TOKENS | {"session_id", "user"}
SESSION: Final = {
    "id",
    "user_agent",
    "client_address",
    "created_at",
    "last_used_at",
    "expires_at",
    "is_current",
}

JSON: Final = {"Content-Type": "application/json"}
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def check_shape(body: Any, fields: set[str]) -> None:
    """Exactly these fields, and every time in UTC with a Z."""
    assert set(body) == fields
    for name, value in body.items():
        if name.endswith("_at"):
            assert _TIME.fullmatch(value), (name, value)


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
