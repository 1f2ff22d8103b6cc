"""The visitor and the token of an HTTP request."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bankapp.api.addresses import Networks, client_address
from bankapp.auth import tokens
from bankapp.operations.callers import Visitor


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks of the proxies whose X-Forwarded-For is trusted."""

    networks: Networks


TRUSTED_PROXIES: Final = web.AppKey("trusted_proxies", Proxies)


def identify_visitor(request: web.Request, request_id: str) -> Visitor:
    """The visitor: the client's address and its user agent."""
    trusted = request.app[TRUSTED_PROXIES].networks
    forwarded = request.headers.getall("X-Forwarded-For", []) if trusted else ()
    address = client_address(request.remote or "", trusted, forwarded)
    return Visitor.at_door(address, request.headers.get("User-Agent", ""), request_id)


def bearer_token(request: web.Request) -> str | None:
    """The token of the Authorization header; None where there is none."""
    return tokens.bearer_token(request.headers.get("Authorization", ""))
