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
    return await _caller(bank, visitor, _session_of(bank, token))


async def renewed(bank: Bank, caller: Caller) -> Caller:
    """The same caller, as they are after a wait. Raises Unauthenticated."""
    return await _caller(bank, caller, caller.session_id)


async def _caller(bank: Bank, visitor: Visitor, session_id: uuid.UUID) -> Caller:
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


async def require_session(bank: Bank, visitor: Visitor) -> None:
    """Raise Unauthenticated for the holder of a session that has ended, who is told nothing else.

    To be called before a refusal by anything but the operation, which would check the session.
    """
    if isinstance(visitor, Caller) or not isinstance(visitor, SessionHolder):
        return
    if await bank.store.sessions.get_caller(visitor.session_id) is None:
        raise errors.Unauthenticated


async def limit_rates(
    bank: Bank, operation: Operation, visitor: Visitor, request: BaseModel
) -> None:
    """Count a request against the limits of an operation. Raises RateLimited."""
    try_count = 1 if operation.count_tries is None else operation.count_tries(request)
    try:
        for limit in operation.entry_limits:
            if limit.per_process:
                assert isinstance(visitor, SessionHolder)
                count_in_process(bank, limit, visitor, try_count)
            else:
                await count_try(
                    bank, limit, [_counted(name, visitor, request) for name in limit.by]
                )
    except errors.RateLimited:
        await require_session(bank, visitor)
        raise


def count_in_process(
    bank: Bank, limit: RateLimit, holder: SessionHolder, try_count: int = 1
) -> None:
    """Count tries of a user in this process. Raises RateLimited."""
    wait_s = bank.rates.take(limit, holder.username, try_count)
    if wait_s > 0:
        raise _limited(limit, wait_s)


async def count_try(bank: Bank, limit: RateLimit, counted: Sequence[str]) -> None:
    """Count a try in the database; `counted` are the values of `by`. Raises RateLimited."""
    # Hashed: it may be long, and may be personal data.
    digest = hashlib.sha256(json.dumps(counted).encode()).hexdigest()
    taken = await bank.store.rate_limits.take(limit, f"{limit.name}|{digest}")
    if not taken.is_allowed:
        raise _limited(limit, taken.retry_after.total_seconds())


def _limited(limit: RateLimit, wait_s: float) -> errors.RateLimited:
    metrics.RATE_LIMITED.labels(limit.name).inc()
    return errors.RateLimited(retry_after_s=max(1, math.ceil(wait_s)))


def _session_of(bank: Bank, token: str | None) -> uuid.UUID:
    if token is None:
        raise errors.Unauthenticated
    return bank.tokens.verify(token).session_id


def _asks_for_email(bank: Bank, operation: Operation) -> bool:
    return operation.needs_verified_email and bank.rules.requires_verified_email


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
