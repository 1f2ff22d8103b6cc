"""What may be sent out and what comes back, apart from the client that does it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Failure(StrEnum):
    """Why there is no answer. The texts are for logs: none says where the request went."""

    URL_REFUSED = "the URL is not one that may be asked"
    ADDRESS_REFUSED = "the host has no public address"
    NO_CONNECTION = "no connection"
    TIMEOUT = "timeout"
    BROKEN_ANSWER = "the answer is no whole HTTP response"


class EgressFailed(Exception):
    """There is no answer to a request; the server may have got the request all the same."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRequest:
    """A request to a server that is not trusted.

    The whole exchange may take `timeout_s`; of the answer's body at most `answer_bytes_max` are
    read.
    """

    method: str
    url: str = field(repr=False)  # its path and query may be secret
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout_s: float
    answer_bytes_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingAnswer:
    """The answer of a server: of any status, redirects included, which nobody follows.

    `headers` have names in lower case, and of several with one name the first. `body` is as it was
    sent, also where it is compressed; it is not `is_complete` where there is more of it than was
    to be read.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_complete: bool


class Egress(Protocol):
    """Sends requests out of the bank."""

    async def send(self, request: OutgoingRequest) -> IncomingAnswer:
        """The answer to a request. Raises EgressFailed."""
        ...
