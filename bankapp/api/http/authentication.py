"""Who is asking, as HTTP tells it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from aiohttp import web

from bankapp.domain import errors, limits
from bankapp.operations.operation import Call, Visitor

_KEY: Final = re.compile(rf"[ -~]{{1,{limits.IDEMPOTENCY_KEY_LENGTH_MAX}}}")

Address: TypeAlias = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks of the proxies whose X-Forwarded-For is believed."""

    networks: Sequence[IPv4Network | IPv6Network]


TRUSTED_PROXIES: Final = web.AppKey("trusted_proxies", Proxies)
CALL: Final = web.RequestKey("call", Call)


def identify_visitor(request: web.Request) -> Visitor:
    """What is known of anyone: the client's address and what it calls itself."""
    user_agent = request.headers.get("User-Agent", "")
    if not user_agent.isprintable():
        user_agent = "".join(character for character in user_agent if character.isprintable())
    call = request[CALL]
    call.idempotency_key = _idempotency_key(request)
    return Visitor(_client_address(request), user_agent[: limits.USER_AGENT_LENGTH_MAX], call)


def _idempotency_key(request: web.Request) -> str | None:
    keys = request.headers.getall("Idempotency-Key", [])
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise errors.MalformedRequest(
            f"The Idempotency-Key must be 1 to {limits.IDEMPOTENCY_KEY_LENGTH_MAX} printable "
            "ASCII characters, and one."
        )
    return keys[0]


def bearer_token(request: web.Request) -> str:
    """The token of the Authorization header.

    Raises Unauthenticated when there is none.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise errors.Unauthenticated
    return token.strip()


def _client_address(request: web.Request) -> Address | None:
    """The peer's address, or what the proxies in front of us say, as far as they are trusted.

    Each proxy adds the address it was asked from; anything left of what an untrusted one added may
    be made up.
    """
    trusted = request.app[TRUSTED_PROXIES].networks
    address = _parse_address(request.remote or "")
    if not trusted:
        return address
    hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    while hops and address is not None and any(address in network for network in trusted):
        hop = _parse_address(hops.pop().strip())
        if hop is None:
            break
        address = hop
    return address


@lru_cache(maxsize=1024)
def _parse_address(text: str) -> Address | None:
    try:
        address = ip_address(text.partition("%")[0])  # the zone of a link-local one
    except ValueError:
        return None  # a Unix socket has no address
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
