"""Which requests are being served, for those who are not told."""

import secrets
from contextvars import ContextVar
from typing import Final

# More than one where the questions of several are asked as one.
REQUEST_IDS: Final[ContextVar[tuple[str, ...]]] = ContextVar("request_ids", default=())


def create_request_id() -> str:
    """A new id: 128 random bits in hexadecimal digits, as the ids of traces are."""
    return secrets.token_hex(16)
