"""The interface of a door that answers requests at a path of another one's listener."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from bankapp.domain import errors
from bankapp.operations.callers import Visitor
from bankapp.operations.exchange import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A request with a JSON body of at most BODY_BYTES_MAX, received as a whole.

    `token` is that of its sender, if any, not yet looked at; `keys` are its idempotency keys.
    """

    exchange: Exchange
    visitor: Visitor
    token: str | None
    keys: Sequence[str]
    accept: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a request.

    `refusal` is that of the whole request, whose status and headers the answer has. `outcome` is
    the status in the log and in the counts, which the answer itself may not have. `is_replay` says
    that the answer was first given to an earlier request under its key.
    """

    body: bytes
    media_type: str
    outcome: HTTPStatus = HTTPStatus.OK
    refusal: errors.Refusal | None = None
    is_replay: bool = False


class Mount(Protocol):
    """A door without a listener of its own."""

    async def answer(self, post: Post) -> Reply:
        """The answer to a request. Raises Refusal."""
        ...

    def refuse(self, refusal: errors.Refusal, request_id: str, accept: str) -> Reply:
        """The answer to a request that is refused as a whole, maybe before it was read."""
        ...
