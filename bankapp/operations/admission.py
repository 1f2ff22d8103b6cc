"""Authentication, authorization and rate limits."""

import hashlib
import json
import math
import uuid
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from pydantic import BaseModel

from bankapp.domain import errors
from bankapp.domain.rates import RateLimit
from bankapp.domain.roles import includes
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller, SessionHolder, Visitor
from bankapp.operations.operation import Operation
from bankapp.telemetry import metrics


async def identify(
    bank: Bank, operation: Operation, visitor: Visitor, token: str | None
) -> Visitor:
    """The sender of a request: the user of the access token, unless the operation is public.

    An operation that `checks_session` itself gets a SessionHolder from the cache where it can, any
    other a Caller. Raises as `authenticate` does.
    """
    if operation.role is None:
        return visitor
    if operation.checks_session and not _asks_for_email(bank, operation):
        session_id = _session_of(bank, token)
        username = bank.store.sessions.cached_username(session_id)
        if username is not None:
            return visitor.with_session(session_id, username)
    return await authenticate(bank, visitor, token)


async def authenticate(bank: Bank, visitor: Visitor, token: str | None) -> Caller:
    """The caller an access token stands for. Raises Unauthenticated, TokenExpired."""
    session_id = _session_of(bank, token)
    known = await bank.store.sessions.get_caller(session_id)
    if known is None:
        raise errors.Unauthenticated
    holder = visitor.with_session(session_id, known.username)
    return holder.with_role(known.role, is_email_verified=known.is_email_verified)


def authorize(bank: Bank, operation: Operation, visitor: Visitor) -> None:
    """Raise Forbidden for too low a role, EmailNotVerified where a verified address is needed."""
    if operation.role is None or not isinstance(visitor, Caller):
        return  # public, or for any user: an operation that `checks_session` needs no other role
    if not includes(visitor.role, operation.role):
        raise errors.Forbidden
    if _asks_for_email(bank, operation) and not visitor.is_email_verified:
        raise errors.EmailNotVerified


async def require_session(bank: Bank, holder: SessionHolder) -> None:
    """Raise Unauthenticated when the session has ended."""
    if await bank.store.sessions.get_caller(holder.session_id) is None:
        raise errors.Unauthenticated


async def limit_rates(
    bank: Bank, limits: Sequence[RateLimit], visitor: Visitor, request: BaseModel
) -> None:
    """Count one try against each limit. Raises RateLimited."""
    if bank.rules.limits_rates:
        for limit in limits:
            await _take(bank, limit, visitor, request)


def _session_of(bank: Bank, token: str | None) -> uuid.UUID:
    if token is None:
        raise errors.Unauthenticated
    return bank.tokens.verify(token).session_id


def _asks_for_email(bank: Bank, operation: Operation) -> bool:
    return operation.needs_verified_email and bank.rules.requires_verified_email


async def _take(bank: Bank, limit: RateLimit, visitor: Visitor, request: BaseModel) -> None:
    counted = [_counted(name, visitor, request) for name in limit.by]
    # Hashed: it may be long, and may be personal data.
    digest = hashlib.sha256(json.dumps(counted).encode()).hexdigest()
    taken = await bank.store.rate_limits.take(limit, f"{limit.name}|{digest}")
    if not taken.is_allowed:
        metrics.RATE_LIMITED.labels(limit.name).inc()
        retry_after_s = max(1, math.ceil(taken.retry_after.total_seconds()))
        raise errors.RateLimited(retry_after_s=retry_after_s)


def _counted(name: str, visitor: Visitor, request: BaseModel) -> str:
    if name == "address":
        return str(network_of(visitor.address))
    if name == "caller":
        assert isinstance(visitor, SessionHolder)
        return visitor.username
    return str(getattr(request, name))


def network_of(
    address: IPv4Address | IPv6Address | None,
) -> IPv4Network | IPv6Network | None:
    """The network of a client: a customer of an IPv6 provider has 2^64 addresses to change between.

    With IPv4 it is the address alone.
    """
    if address is None:
        return None
    return ip_network((address, 64 if address.version == 6 else 32), strict=False)
