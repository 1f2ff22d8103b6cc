"""Idempotency keys: a request under a key runs once, and its answer is kept."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from bankapp.domain import errors
from bankapp.domain.idempotency import RequestKey
from gen.queries import AsyncQueries

Result = TypeVar("Result")

# Refusals that depend on the moment, not on the request; they are not stored.
_PASSING: Final = (errors.Unauthenticated, errors.Unavailable, errors.ValidationFailed)


@dataclass(frozen=True, slots=True)
class Answer(Generic[Result]):
    """A result and, if it is a replay, the id of the request that was answered first."""

    result: Result
    replayed_request_id: str | None = None


class KeyTaken(Exception):
    """A concurrent request has answered under the key: look again."""


async def find_answer(q: AsyncQueries, key: RequestKey) -> Answer[str] | None:
    """The answer that is kept under the key; None when there is none yet.

    Raises IdempotencyKeyReused for another request, and the refusal that was the answer.
    """
    known = await q.idempotency_keys.get_idempotency_key(scope=key.scope, key=key.key)
    if known is None:
        return None
    if known.request_hash != key.request_hash:
        raise errors.IdempotencyKeyReused
    if known.refusal is not None:
        refusal = errors.REFUSALS[known.refusal]()
        refusal.replayed_request_id = known.request_id
        raise refusal
    assert known.response is not None
    return Answer(known.response, known.request_id)


async def remember(
    q: AsyncQueries,
    key: RequestKey,
    *,
    response: str | None = None,
    refusal: errors.Refusal | None = None,
) -> None:
    """Keep the answer under the key. It comes last, because accounts are locked before keys.

    Waits for a request under the same key that is still running. Raises KeyTaken.
    """
    written = await q.idempotency_keys.insert_idempotency_key(
        scope=key.scope,
        key=key.key,
        request_hash=key.request_hash,
        request_id=key.request_id,
        response=response,
        refusal=None if refusal is None else refusal.code,
    )
    if not written:
        raise KeyTaken


def is_kept(refusal: errors.Refusal) -> bool:
    """Whether a refusal is kept as an answer."""
    return not isinstance(refusal, _PASSING)
