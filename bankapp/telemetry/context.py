"""The ids of the requests being served, for code that does not get them as an argument."""

import secrets
from contextvars import ContextVar
from typing import Final

# More than one while a batch serves several requests.
REQUEST_IDS: Final[ContextVar[tuple[str, ...]]] = ContextVar("request_ids", default=())


def create_request_id() -> str:
    """A new id: 128 random bits in hexadecimal digits, like the id of a trace."""
    return secrets.token_hex(16)
