"""The visitor and the token of an HTTP request."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from aiohttp import web

from bankapp.operations.callers import Visitor

Address: TypeAlias = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks of the proxies whose X-Forwarded-For is trusted."""

    networks: Sequence[IPv4Network | IPv6Network]


# An IPv6 address stands in brackets when a port follows, and before some proxies always.
_WITH_PORT: Final = re.compile(r"\[([^\]]*)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}", re.ASCII)
TRUSTED_PROXIES: Final = web.AppKey("trusted_proxies", Proxies)


def identify_visitor(request: web.Request, request_id: str) -> Visitor:
    """The visitor: the client's address and its user agent."""
    user_agent = request.headers.get("User-Agent", "")
    return Visitor.at_door(_client_address(request), user_agent, request_id)


def bearer_token(request: web.Request) -> str | None:
    """The token of the Authorization header; None where there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _client_address(request: web.Request) -> Address | None:
    """The peer's address, or the one in X-Forwarded-For as far as the proxies are trusted.

    Each proxy appends the address of its client. So the last address that a trusted proxy appended
    is true, and everything to the left of it may be invented.
    """
    trusted = request.app[TRUSTED_PROXIES].networks
    address = _parse_address(request.remote or "")
    if not trusted:
        return address
    hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    while hops and address is not None and any(address in network for network in trusted):
        hop = _parse_hop(hops.pop().strip())
        if hop is None:
            break
        address = hop
    return address


def _parse_hop(text: str) -> Address | None:
    """An entry of X-Forwarded-For, to which some proxies add the port of the client."""
    match = _WITH_PORT.fullmatch(text.strip('"'))
    return _parse_address(text if match is None else match[1] or match[2])


@lru_cache(maxsize=1024)
def _parse_address(text: str) -> Address | None:
    try:
        address = ip_address(text.partition("%")[0])  # without the zone of a link-local address
    except ValueError:
        return None  # a Unix socket has no address
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
