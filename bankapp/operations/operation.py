"""What an operation is: declared once, served by every door."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any, get_type_hints

from pydantic import BaseModel

from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import TokenMaker
from bankapp.domain import errors
from bankapp.domain.errors import Refusal
from bankapp.domain.money import RequestKey
from bankapp.domain.roles import Role
from bankapp.store.store import Store


@dataclass(frozen=True, slots=True)
class Bank:
    """What operations work with."""

    store: Store
    passwords: PasswordHasher
    tokens: TokenMaker


@dataclass(slots=True)
class Call:
    """One request, whatever the door.

    `is_replay` is set when it is answered as an earlier request under the same key was.
    """

    request_id: str
    idempotency_key: str | None = None
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has not said who they are."""

    address: IPv4Address | IPv6Address | None
    user_agent: str
    call: Call


@dataclass(frozen=True, slots=True)
class Caller(Visitor):
    """Somebody with a valid access token."""

    username: str
    role: Role

    def is_banker(self) -> bool:
        """Whether the caller works for the bank."""
        return self.role.includes(Role.BANKER)

    def key_for(self, request: BaseModel, key: str | None = None) -> RequestKey | None:
        """What tells this request again, under `key` or the one that came with the request."""
        key = key or self.call.idempotency_key
        if key is None:
            return None
        content = f"{type(request).__name__}\n{request.model_dump_json()}"
        return RequestKey(
            scope=self.username,
            key=key,
            request_hash=hashlib.sha256(content.encode()).digest(),
            request_id=self.call.request_id,
        )

    def may_see(self, *owners: str | None) -> bool:
        """Whether something of these owners is the caller's to see: an owner, or a banker."""
        return self.is_banker() or self.username in owners


@dataclass(frozen=True)
class Operation:
    """Something the bank can be asked.

    `role` is the least role that may ask; None lets anyone. `refuses` are the refusals beyond those
    that every operation shares.
    """

    name: str
    run: Callable[[Bank, Any, Any], Awaitable[BaseModel]]
    request: type[BaseModel]
    response: type[BaseModel]
    role: Role | None
    refuses: tuple[type[Refusal], ...]


def operation(
    *, refuses: tuple[type[Refusal], ...] = (), role: Role = Role.DEPOSITOR
) -> Callable[[Callable[[Bank, Caller, Any], Awaitable[BaseModel]]], Operation]:
    """Declare a function as an operation for callers with at least `role`."""

    def declare(run: Callable[[Bank, Caller, Any], Awaitable[BaseModel]]) -> Operation:
        return _declare(run, role, refuses)

    return declare


def public_operation(
    *, refuses: tuple[type[Refusal], ...] = ()
) -> Callable[[Callable[[Bank, Visitor, Any], Awaitable[BaseModel]]], Operation]:
    """Declare a function as an operation for anyone."""

    def declare(run: Callable[[Bank, Visitor, Any], Awaitable[BaseModel]]) -> Operation:
        return _declare(run, None, refuses)

    return declare


def _declare(
    run: Callable[[Bank, Any, Any], Awaitable[BaseModel]],
    role: Role | None,
    refuses: tuple[type[Refusal], ...],
) -> Operation:
    hints = get_type_hints(run)
    response = hints.pop("return")
    *_, request = hints.values()
    return Operation(run.__name__, run, request, response, role, refuses)


async def authenticate(bank: Bank, visitor: Visitor, token: str, role: Role) -> Caller:
    """The caller an access token stands for.

    Raises Unauthenticated, TokenExpired, and Forbidden when the caller lacks `role`.
    """
    known = await bank.store.get_session_caller(bank.tokens.verify(token))
    if known is None:
        raise errors.Unauthenticated
    caller = Caller(
        visitor.address, visitor.user_agent, visitor.call, known.username, Role(known.role)
    )
    if not caller.role.includes(role):
        raise errors.Forbidden
    return caller
