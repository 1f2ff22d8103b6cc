"""The shapes of answers, stated apart from the code."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

# The names of an object's fields; a field that is an object or a list of objects has a shape.
Shape: TypeAlias = frozenset[str] | Mapping[str, "Shape | list[Shape] | None"]

NOTHING: Final[Shape] = frozenset[str]()
USER: Final[Shape] = frozenset(
    {
        *("username", "full_name", "email", "role", "is_email_verified"),
        *("password_changed_at", "created_at"),
    }
)
TOKENS: Final = frozenset(
    {
        *("access_token", "access_token_expires_at"),
        *("refresh_token", "refresh_token_expires_at"),
    }
)
LOGIN: Final[Shape] = {**dict.fromkeys(TOKENS), "session_id": None, "user": USER}
SESSION: Final[Shape] = frozenset(
    {
        *("id", "user_agent", "client_address", "created_at", "last_used_at", "expires_at"),
        "is_current",
    }
)
ACCOUNT: Final[Shape] = frozenset(
    {"id", "owner", "currency", "balance", "available_balance", "status", "created_at"}
)
PAYER_ACCOUNT: Final[Shape] = frozenset(
    {"id", "owner", "currency", "balance", "available_balance", "status", "created_at"}
)
ENTRY: Final[Shape] = frozenset(
    {"id", "account_id", "transfer_id", "amount", "balance_after", "created_at"}
)
TRANSFER: Final[Shape] = frozenset(
    {
        *("id", "from_account_id", "to_account_id", "amount", "currency", "kind"),
        *("reverses_transfer_id", "description", "created_at"),
    }
)
PAYMENT: Final[Shape] = {"transfer": TRANSFER, "from_account": PAYER_ACCOUNT, "from_entry": ENTRY}
HOLD: Final[Shape] = frozenset(
    {
        *("id", "from_account_id", "to_account_id", "amount", "captured_amount", "currency"),
        *("status", "expires_at", "description", "created_at"),
    }
)
RATE: Final[Shape] = frozenset({"base", "quote", "rate", "as_of", "source", "age_days", "status"})
RATES: Final[Shape] = {"items": [RATE], "held": None}
TOTAL: Final[Shape] = {
    "currency": None,
    "amount": None,
    "items": [frozenset({"account_id", "currency", "balance", "amount", "rates"})],
}
CURRENCIES: Final[Shape] = {"items": [frozenset({"code", "exponent", "name"})]}
BALANCE: Final[Shape] = frozenset({"account_id", "currency", "balance", "available_balance", "at"})
STATEMENT: Final[Shape] = frozenset(
    {
        *("account_id", "currency", "month", "opening_balance", "closing_balance", "entries"),
        "next_cursor",
    }
)
STATEMENT_ENTRY: Final[Shape] = frozenset(
    {"id", "transfer_id", "kind", "amount", "balance_after", "description", "created_at"}
)
EVENT: Final[Shape] = {
    **dict.fromkeys(("id", "type", "timestamp", "subject", "account_ids", "request_id")),
    "data": frozenset({"account_id", "owner", "currency"}),
}
EVENTS: Final[Shape] = {"items": [EVENT], "next_cursor": None, "has_more": None}

WEBHOOK: Final[Shape] = frozenset(
    {
        *("id", "owner", "url", "types", "status", "failing_since", "retry_at", "last_tried_at"),
        *("last_status", "previous_secret_until", "position", "replay", "created_at"),
    }
)
WEBHOOK_SECRET: Final[Shape] = frozenset({*WEBHOOK, "secret"})
FAILED_DELIVERY: Final[Shape] = frozenset(
    {"event_id", "try_count", "last_status", "failed_at", "next_try_at"}
)

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def page_of(item: Shape) -> Shape:
    """A page of a list."""
    return {"items": [item], "next_cursor": None}


def check_shape(body: Any, shape: Shape) -> None:
    """Require exactly these fields, items in each list, and every time in UTC with a Z."""
    assert set(body) == set(shape)
    for name, value in body.items():
        if value is not None and (name.endswith("_at") or name == "at"):
            assert _TIME.fullmatch(value), (name, value)
    for name, inner in shape.items() if isinstance(shape, Mapping) else ():
        if isinstance(inner, list):
            [of_item] = inner
            assert body[name]
            for item in body[name]:
                check_shape(item, of_item)
        elif inner is not None:
            check_shape(body[name], inner)
