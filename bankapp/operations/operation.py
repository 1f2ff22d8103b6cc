"""Operations: each is declared once and served by every door."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Literal, TypeAlias, TypeVar, get_args, get_type_hints, overload

from pydantic import BaseModel

from bankapp.domain import errors
from bankapp.domain.errors import Refusal
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.rates import RateLimit
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller, SessionHolder, Visitor
from bankapp.operations.fields import Kept
from bankapp.store.engine.idempotency import Answer

Sender = TypeVar("Sender", bound=Visitor)
Run: TypeAlias = Callable[[Bank, Sender, Any], Awaitable[BaseModel]]
RunOnce: TypeAlias = Callable[[Bank, Sender, Any, RequestKey | None], Awaitable[Answer[Any]]]


@dataclass(frozen=True, slots=True)
class KeyRule:
    """How the requests of an operation are compared under a key.

    A visitor's key is looked up in the `scope` of the request, a user's key in the user's own
    scope. The fields in `without` are not compared.
    """

    scope: Callable[[Any], str] | None = None
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A request that the bank serves, at every door.

    `role` is the least role that is allowed; None allows visitors. `refuses` are the refusals
    beyond those that every operation shares. `limits` are the rate limits; a request is one try,
    or as many as `count_tries` says. An operation that moves money out `needs_verified_email` where
    the bank's rules require it. An operation that `checks_session` checks it in the transaction of
    its change, and shows nothing before. An `idempotent` operation takes a key: it is done once
    under it, and its first answer is given again.
    """

    name: str
    run: Callable[..., Awaitable[Any]]
    request: type[BaseModel]
    response: type[BaseModel]
    role: Role | None
    refuses: tuple[type[Refusal], ...]
    limits: tuple[RateLimit, ...]
    count_tries: Callable[[Any], int] | None
    needs_verified_email: bool
    checks_session: bool
    idempotent: bool
    key_rule: KeyRule

    @property
    def division(self) -> str:
        """The division of the bank that it belongs to, which is a folder of `operations`."""
        _, _, place = self.run.__module__.partition("bankapp.operations.")
        return place.partition(".")[0]

    @cached_property
    def entry_limits(self) -> tuple[RateLimit, ...]:
        """The limits that count every request; the operation itself counts tries of the others."""
        return tuple(limit for limit in self.limits if not limit.only)


class _Declarer(Generic[Sender]):
    """Declares functions as operations for callers of one kind."""

    def __init__(self, *, role: Role | None, checks_session: bool = False) -> None:
        self._role = role
        self._checks_session = checks_session

    @overload
    def __call__(
        self,
        *,
        idempotent: Literal[True],
        role: Role | None = None,
        refuses: tuple[type[Refusal], ...] = (),
        limits: tuple[RateLimit, ...] = (),
        count_tries: Callable[[Any], int] | None = None,
        needs_verified_email: bool = False,
        key_rule: KeyRule = ...,
    ) -> Callable[[RunOnce[Sender]], Operation]: ...

    @overload
    def __call__(
        self,
        *,
        role: Role | None = None,
        refuses: tuple[type[Refusal], ...] = (),
        limits: tuple[RateLimit, ...] = (),
        count_tries: Callable[[Any], int] | None = None,
        needs_verified_email: bool = False,
    ) -> Callable[[Run[Sender]], Operation]: ...

    def __call__(
        self,
        *,
        idempotent: bool = False,
        role: Role | None = None,
        refuses: tuple[type[Refusal], ...] = (),
        limits: tuple[RateLimit, ...] = (),
        count_tries: Callable[[Any], int] | None = None,
        needs_verified_email: bool = False,
        key_rule: KeyRule = KeyRule(),
    ) -> Callable[[Any], Operation]:
        """Declare a function as an operation, which has the name of the function."""
        role = role or self._role
        # An ended session must not be asked for a role, nor consume the user's rate limit. Of a
        # limit of the process it consumes little, because the first answer makes it unknown there.
        assert not self._checks_session or role is Role.DEPOSITOR
        assert not self._checks_session or all(limit.per_process for limit in limits)
        # The database counts tries one at a time, and the process those of users.
        assert count_tries is None or all(limit.per_process for limit in limits)
        assert all(limit.by == ("caller",) for limit in limits if limit.per_process)
        # A visitor's key has no user to belong to.
        assert not idempotent or role is not None or key_rule.scope is not None

        def declare(run: Callable[..., Awaitable[Any]]) -> Operation:
            hints = get_type_hints(run)
            returned = hints["return"]
            return Operation(
                name=run.__name__,
                run=run,
                request=hints["request"],
                response=_response_in(returned) if idempotent else returned,
                role=role,
                refuses=(
                    *refuses,
                    *((errors.EmailNotVerified,) if needs_verified_email else ()),
                    *((errors.IdempotencyKeyReused,) if idempotent else ()),
                    *_refusals_of_admission(role, limits),
                ),
                limits=limits,
                count_tries=count_tries,
                needs_verified_email=needs_verified_email,
                checks_session=self._checks_session,
                idempotent=idempotent,
                key_rule=key_rule,
            )

        return declare


def _response_in(returned: Any) -> type[BaseModel]:  # noqa: ANN401 - a type hint
    """The response of `Answer[Response]`, or of `Answer[Response | Kept]`."""
    [answered] = get_args(returned)
    responses = [kind for kind in get_args(answered) if kind is not Kept]
    response: type[BaseModel] = responses[0] if responses else answered
    return response


def _refusals_of_admission(
    role: Role | None, limits: tuple[RateLimit, ...]
) -> tuple[type[Refusal], ...]:
    unauthenticated = (errors.Unauthenticated, errors.TokenExpired) if role is not None else ()
    forbidden = (errors.Forbidden,) if role not in (None, Role.DEPOSITOR) else ()
    limited = (errors.RateLimited,) if limits else ()
    return (*unauthenticated, *forbidden, *limited)


public_operation = _Declarer[Visitor](role=None)
operation = _Declarer[Caller](role=Role.DEPOSITOR)
# For an operation whose own transaction checks the session, which saves a round trip.
session_operation = _Declarer[SessionHolder](role=Role.DEPOSITOR, checks_session=True)
