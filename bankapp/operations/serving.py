"""The walk of a request, the same behind every door."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from bankapp.domain import errors, limits
from bankapp.domain.idempotency import RequestKey
from bankapp.operations.admission import (
    authenticate,
    authorize,
    identify,
    limit_rates,
    require_session,
)
from bankapp.operations.bank import Bank
from bankapp.operations.callers import SessionHolder, Visitor
from bankapp.operations.exchange import Exchange
from bankapp.operations.keys import only_key, request_key
from bankapp.operations.operation import Operation


class Content(Protocol):
    """The content of a request, as a door reads it."""

    @property
    def is_large(self) -> bool:
        """Whether more may be on its way than the bank receives from anybody."""
        ...

    async def receive(self) -> None:
        """Wait for the rest of the content. Raises Refusal when it is too large or too late."""
        ...

    def read(self) -> Mapping[str, Any]:
        """The fields of the request, not validated yet. Raises Refusal when they cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class Served:
    """The answer to a request, and whether it was first given to an earlier one under its key."""

    response: BaseModel
    is_replay: bool = False


async def serve(
    bank: Bank,
    operation: Operation,
    exchange: Exchange,
    visitor: Visitor,
    content: Content,
    *,
    token: str | None,
    keys: Sequence[str],
) -> Served:
    """Do what a request asks for: identify, authorize, validate, limit, run or replay.

    The order is deliberate. The content is received first, because a role could be lost while it
    arrives. It is validated after authentication, so that a visitor without a session learns
    nothing about validation. Large content takes memory until it is complete, so it is received
    from callers only, and from each caller a few at a time. `keys` are the idempotency keys of the
    request, one at most. Raises Refusal.
    """
    exchange.operation = operation.name
    if content.is_large:
        caller = await authenticate(bank, visitor, token)
        async with bank.intake.take(caller.username):
            return await _serve(bank, operation, exchange, visitor, content, token, keys)
    return await _serve(bank, operation, exchange, visitor, content, token, keys)


async def _serve(
    bank: Bank,
    operation: Operation,
    exchange: Exchange,
    visitor: Visitor,
    content: Content,
    token: str | None,
    keys: Sequence[str],
) -> Served:
    await content.receive()
    key = only_key(keys)
    visitor = await identify(bank, operation, visitor, token)
    if isinstance(visitor, SessionHolder):
        exchange.username = visitor.username
    return await ask(bank, operation, visitor, content.read, key)


async def ask(
    bank: Bank,
    operation: Operation,
    visitor: Visitor,
    read: Callable[[], Mapping[str, Any]],
    key: str | None = None,
) -> Served:
    """Do what an identified sender asks for: authorize, validate, limit, run or replay.

    `read` returns the fields of the request, not validated yet. Raises Refusal.
    """
    authorize(bank, operation, visitor)
    try:
        request = _validate(operation.request, read())
    except errors.Refusal:
        await require_session(bank, visitor)
        raise
    return await perform(bank, operation, visitor, request, key)


async def perform(
    bank: Bank, operation: Operation, visitor: Visitor, request: BaseModel, key: str | None = None
) -> Served:
    """Run an operation that the visitor may ask for, once under the key where it takes one.

    Raises RateLimited, and the refusals of the operation.
    """
    if operation.entry_limits and bank.rules.limits_rates:
        await limit_rates(bank, operation, visitor, request)
    if not operation.idempotent:
        return Served(await operation.run(bank, visitor, request))
    known_as = _request_key(operation, visitor, request, key)
    answer = await operation.run(bank, visitor, request, known_as)
    return Served(answer.result, answer.replayed_request_id is not None)


def _request_key(
    operation: Operation, visitor: Visitor, request: BaseModel, key: str | None
) -> RequestKey | None:
    if key is None:
        return None
    rule = operation.key_rule
    if rule.scope is not None:
        scope = rule.scope(request)
    else:
        assert isinstance(visitor, SessionHolder)
        scope = visitor.username
    return request_key(
        key,
        operation.name,
        request,
        scope=scope,
        request_id=visitor.request_id,
        without=rule.without,
    )


def _validate(model: type[BaseModel], fields: Mapping[str, Any]) -> BaseModel:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        violations = [
            errors.Violation(".".join(map(str, item["loc"])), _message(item["msg"]))
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ][: limits.VIOLATION_COUNT_MAX]
        raise errors.ValidationFailed(violations=violations) from None


def _message(message: str) -> str:
    return message.removeprefix("Value error, ")
