"""The metadata of a request: who sends it, under which key, and what it belongs to."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from bankapp.api.addresses import Address, Networks, client_address
from bankapp.auth import tokens

_EXCHANGE: Final = {
    "x-request-id": "X-Request-Id",
    "traceparent": "traceparent",
    "tracestate": "tracestate",
}


class RequestMetadata:
    """The metadata that the bank reads; others are ignored."""

    __slots__ = ("_authorization", "_forwarded", "headers", "keys", "user_agent")

    def __init__(self, given: Iterable[tuple[str, str | bytes]]) -> None:
        self.headers: dict[str, str] = {}  # as HTTP has them
        self.keys: list[str] = []
        self.user_agent = ""
        self._authorization = ""
        self._forwarded: list[str] = []
        for name, value in given:
            if isinstance(value, bytes):
                continue  # what ends with -bin
            if name == "authorization":
                self._authorization = value
            elif name == "idempotency-key":
                self.keys.append(value)
            elif name == "user-agent":
                self.user_agent = value
            elif name == "x-forwarded-for":
                self._forwarded.append(value)
            elif name in _EXCHANGE:
                self.headers[_EXCHANGE[name]] = value

    @property
    def token(self) -> str | None:
        """The bearer token; None where there is none."""
        return tokens.bearer_token(self._authorization)

    def address(self, peer: str, trusted: Networks) -> Address | None:
        """The client's address; `peer` is as gRPC tells it: `ipv4:10.0.0.1:50000`."""
        kind, _, rest = peer.partition(":")
        host = unquote(rest).rpartition(":")[0].strip("[]") if kind in ("ipv4", "ipv6") else ""
        return client_address(host, trusted, self._forwarded)
