"""What an operation is: declared once, served by every door."""

import hashlib
import json
import math
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Any, get_type_hints

from pydantic import BaseModel

from bankapp.auth.codes import CodeMaker
from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import TokenMaker
from bankapp.domain import errors
from bankapp.domain.audit import Origin
from bankapp.domain.errors import Refusal
from bankapp.domain.limits import BODY_BYTES_MAX
from bankapp.domain.money import RequestKey
from bankapp.domain.rates import RateLimit
from bankapp.domain.roles import Role
from bankapp.store.store import Store
from bankapp.telemetry import metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the bank's operator may turn on and off."""

    limits_rates: bool = True
    requires_verified_email: bool = False


@dataclass(frozen=True, slots=True)
class Bank:
    """What operations work with."""

    store: Store
    passwords: PasswordHasher
    tokens: TokenMaker
    refresh_tokens: TokenMaker
    codes: CodeMaker
    rules: Rules


@dataclass(slots=True)
class Call:
    """One request, whatever the door.

    `actor` is the user who asks, once that is known; the session may be found to have ended then.
    `is_replay` is set when it is answered as an earlier request under the same key was.
    """

    request_id: str
    idempotency_key: str | None = None
    actor: str | None = None
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has not said who they are."""

    address: IPv4Address | IPv6Address | None
    user_agent: str
    call: Call

    @property
    def origin(self) -> Origin:
        """Where a change that they ask for comes from."""
        return self.origin_as(None)

    def origin_as(self, username: str | None) -> Origin:
        """The same of a visitor who has just proved to be this user."""
        return Origin(username, self.call.request_id, self.address)

    def key_within(
        self,
        scope: str,
        request: BaseModel,
        key: str | None = None,
        *,
        leave_out: set[str] | None = None,
    ) -> RequestKey | None:
        """What tells this request again among those of `scope`; None when it has no key."""
        key = key or self.call.idempotency_key
        if key is None:
            return None
        content = f"{type(request).__name__}\n{request.model_dump_json(exclude=leave_out)}"
        return RequestKey(
            scope=scope,
            key=key,
            request_hash=hashlib.sha256(content.encode()).digest(),
            request_id=self.call.request_id,
        )


@dataclass(frozen=True, slots=True)
class Caller(Visitor):
    """Somebody with a valid access token.

    Without a `role` it is somebody recalled, whose session nobody has looked at yet.
    """

    username: str
    role: Role | None
    session_id: uuid.UUID

    @property
    def origin(self) -> Origin:
        """Where a change that they ask for comes from."""
        call = self.call
        return Origin(self.username, call.request_id, self.address, self.session_id)

    def is_banker(self) -> bool:
        """Whether the caller works for the bank."""
        assert self.role is not None
        return self.role.includes(Role.BANKER)

    def is_above(self, role: Role) -> bool:
        """Whether the caller's role is a higher one."""
        assert self.role is not None
        return self.role.exceeds(role)

    def key_for(self, request: BaseModel, key: str | None = None) -> RequestKey | None:
        """What tells this request again, under `key` or the one that came with the request."""
        return self.key_within(self.username, request, key)

    def may_see(self, *owners: str | None) -> bool:
        """Whether something of these owners is the caller's to see: an owner, or a banker."""
        return self.is_banker() or self.username in owners


@dataclass(frozen=True)
class Operation:
    """Something the bank can be asked.

    `role` is the least role that may ask; None lets anyone. `refuses` are the refusals beyond those
    that every operation shares. `limits` say how often somebody may ask. One that moves money out
    `needs_verified_email` where the bank's rules require it. One that `checks_session` does so in
    the transaction of what it changes, and shows nothing before: its caller may be one recalled. A
    request may have `body_bytes_max`: what is read of somebody who has not said who they are shall
    not keep others waiting.
    """

    name: str
    run: Callable[[Bank, Any, Any], Awaitable[BaseModel]]
    request: type[BaseModel]
    response: type[BaseModel]
    role: Role | None
    refuses: tuple[type[Refusal], ...]
    limits: tuple[RateLimit, ...] = ()
    needs_verified_email: bool = False
    checks_session: bool = False
    body_bytes_max: int = BODY_BYTES_MAX


def operation(
    *,
    refuses: tuple[type[Refusal], ...] = (),
    role: Role = Role.DEPOSITOR,
    limits: tuple[RateLimit, ...] = (),
    needs_verified_email: bool = False,
    checks_session: bool = False,
    body_bytes_max: int = BODY_BYTES_MAX,
) -> Callable[[Callable[[Bank, Caller, Any], Awaitable[BaseModel]]], Operation]:
    """Declare a function as an operation for callers with at least `role`."""
    # Nor may who has lost a session use up what the user may ask.
    assert not checks_session or (role is Role.DEPOSITOR and not limits)

    def declare(run: Callable[[Bank, Caller, Any], Awaitable[BaseModel]]) -> Operation:
        unverified = (errors.EmailNotVerified,) if needs_verified_email else ()
        return replace(
            _declare(run, role, (*refuses, *unverified), limits),
            needs_verified_email=needs_verified_email,
            checks_session=checks_session,
            body_bytes_max=body_bytes_max,
        )

    return declare


def public_operation(
    *, refuses: tuple[type[Refusal], ...] = (), limits: tuple[RateLimit, ...] = ()
) -> Callable[[Callable[[Bank, Visitor, Any], Awaitable[BaseModel]]], Operation]:
    """Declare a function as an operation for anyone."""

    def declare(run: Callable[[Bank, Visitor, Any], Awaitable[BaseModel]]) -> Operation:
        return _declare(run, None, refuses, limits)

    return declare


def _declare(
    run: Callable[[Bank, Any, Any], Awaitable[BaseModel]],
    role: Role | None,
    refuses: tuple[type[Refusal], ...],
    limits: tuple[RateLimit, ...],
) -> Operation:
    hints = get_type_hints(run)
    response = hints.pop("return")
    *_, request = hints.values()
    if role is not None:
        refuses = (*refuses, errors.Unauthenticated, errors.TokenExpired)
    if role not in (None, Role.DEPOSITOR):
        refuses = (*refuses, errors.Forbidden)
    if limits:
        refuses = (*refuses, errors.RateLimited)
    return Operation(run.__name__, run, request, response, role, refuses, limits)


async def authenticate(
    bank: Bank,
    visitor: Visitor,
    token: str,
    role: Role,
    *,
    needs_verified_email: bool = False,
    checks_session: bool = False,
) -> Caller:
    """The caller an access token stands for, who has at least `role`.

    For what `checks_session` by itself the caller may be recalled. Raises Unauthenticated,
    TokenExpired, Forbidden when the caller's role is too low, and EmailNotVerified.
    """
    session_id = bank.tokens.verify(token).session_id
    is_email_asked = needs_verified_email and bank.rules.requires_verified_email
    if checks_session and not is_email_asked:
        username = bank.store.recall_session_user(session_id)
        if username is not None:
            return _caller(visitor, username, None, session_id)
    known = await bank.store.get_session_caller(session_id)
    if known is None:
        raise errors.Unauthenticated
    known_role = Role(known.role)
    caller = _caller(visitor, known.username, known_role, session_id)
    if not known_role.includes(role):
        raise errors.Forbidden
    if is_email_asked and not known.is_email_verified:
        raise errors.EmailNotVerified
    return caller


async def require_session(bank: Bank, asker: Visitor) -> None:
    """Raise Unauthenticated when the asker was recalled, but the session has ended."""
    if isinstance(asker, Caller) and asker.role is None:
        known = await bank.store.get_session_caller(asker.session_id)
        if known is None:
            raise errors.Unauthenticated


def _caller(visitor: Visitor, username: str, role: Role | None, session_id: uuid.UUID) -> Caller:
    visitor.call.actor = username
    return Caller(visitor.address, visitor.user_agent, visitor.call, username, role, session_id)


async def perform(bank: Bank, wanted: Operation, asker: Visitor, request: BaseModel) -> BaseModel:
    """Run an operation that the asker may ask for.

    Raises RateLimited, and whatever the operation refuses.
    """
    if bank.rules.limits_rates:
        for limit in wanted.limits:
            await _take(bank, limit, asker, request)
    return await wanted.run(bank, asker, request)


async def _take(bank: Bank, limit: RateLimit, asker: Visitor, request: BaseModel) -> None:
    counted = [_counted(name, asker, request) for name in limit.by]
    # Hashed, because what somebody sends may be long, and is nobody's to read in a table.
    whom = hashlib.sha256(json.dumps(counted).encode()).hexdigest()
    taken = await bank.store.take_rate_limit(limit, f"{limit.name}|{whom}")
    if not taken.is_allowed:
        metrics.RATE_LIMITED.labels(limit.name).inc()
        retry_after_s = max(1, math.ceil(taken.retry_after.total_seconds()))
        raise errors.RateLimited(retry_after_s=retry_after_s)


def _counted(name: str, asker: Visitor, request: BaseModel) -> str:
    if name == "address":
        return _network(asker.address)
    if name == "caller":
        assert isinstance(asker, Caller)
        return asker.username
    return str(getattr(request, name))


def _network(address: IPv4Address | IPv6Address | None) -> str:
    """Whom an address belongs to: of IPv6, every customer has 2^64 to change between."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)
