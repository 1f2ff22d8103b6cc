"""Who is asking, as HTTP tells it."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from aiohttp import web

from bankapp.domain import errors, limits
from bankapp.operations.operation import Call, Visitor

REQUEST_ID: Final = web.RequestKey("request_id", str)
_KEY: Final = re.compile(rf"[ -~]{{1,{limits.IDEMPOTENCY_KEY_LENGTH_MAX}}}")


def identify_visitor(request: web.Request) -> Visitor:
    """What is known of anyone: the peer's address and what it calls itself."""
    user_agent = request.headers.get("User-Agent", "")
    printable = "".join(character for character in user_agent if character.isprintable())
    call = Call(request[REQUEST_ID], _idempotency_key(request))
    return Visitor(_peer(request.remote), printable[: limits.USER_AGENT_LENGTH_MAX], call)


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


def _peer(remote: str | None) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(remote or "")
    except ValueError:
        return None  # a Unix socket has no address
