"""Who is asking, as HTTP tells it."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp import web

from bankapp.domain import errors, limits
from bankapp.operations.operation import Visitor


def identify_visitor(request: web.Request) -> Visitor:
    """What is known of anyone: the peer's address and what it calls itself."""
    user_agent = request.headers.get("User-Agent", "")
    printable = "".join(character for character in user_agent if character.isprintable())
    return Visitor(_peer(request.remote), printable[: limits.USER_AGENT_LENGTH_MAX])


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
