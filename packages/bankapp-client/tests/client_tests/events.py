"""Events as a bank sends them."""

import json
from typing import Any

from client_tests.fake_bank import Answer


def event(name: str, *, event_id: str = "1-123", **data: object) -> dict[str, Any]:
    """An event of a type, with its data."""
    return {
        "id": event_id,
        "type": name,
        "timestamp": "2026-01-01T00:00:00Z",
        "subject": "account:12",
        "account_ids": [12],
        "request_id": None,
        "data": data,
    }


def page(*items: dict[str, Any], next_cursor: str, has_more: bool = False) -> Answer:
    """A page of events."""
    document = {"items": items, "next_cursor": next_cursor, "has_more": has_more}
    return Answer(200, json.dumps(document).encode())
