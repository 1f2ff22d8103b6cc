"""Who is asking."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp import web

from bankapp.domain import errors, limits
from bankapp.domain.roles import Role
from bankapp.operations.operation import Bank, Caller, Visitor


def identify_visitor(request: web.Request) -> Visitor:
    """What is known of anyone: the peer's address and what it calls itself."""
    user_agent = request.headers.get("User-Agent", "")
    printable = "".join(character for character in user_agent if character.isprintable())
    return Visitor(_address(request.remote), printable[: limits.USER_AGENT_LENGTH_MAX])


async def authenticate(request: web.Request, bank: Bank, role: Role) -> Caller:
    """The caller behind the request's access token.

    Raises Unauthenticated, TokenExpired, and Forbidden when the caller lacks `role`.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise errors.Unauthenticated
    known = await bank.store.get_session_caller(bank.tokens.verify(token.strip()))
    if known is None:
        raise errors.Unauthenticated
    visitor = identify_visitor(request)
    caller = Caller(visitor.address, visitor.user_agent, known.username, Role(known.role))
    if not caller.role.includes(role):
        raise errors.Forbidden
    return caller


def _address(remote: str | None) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(remote or "")
    except ValueError:
        return None  # a Unix socket has no address
