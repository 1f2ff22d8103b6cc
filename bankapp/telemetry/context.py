"""Which requests are being served, for those who are not told."""

from contextvars import ContextVar
from typing import Final

# More than one where the questions of several are asked as one.
REQUEST_IDS: Final[ContextVar[tuple[str, ...]]] = ContextVar("request_ids", default=())
