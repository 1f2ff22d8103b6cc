"""A case: the contract of one operation, stated apart from its code."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from bankapp.domain import errors
from bankapp.operations.operation import Operation
from tests.doors.shapes import Shape
from tests.doors.world import PEOPLE, Requester, World

# Path, query and body of a request are one set of fields. Values are those of JSON.
Fields: TypeAlias = Mapping[str, Any]
Changes: TypeAlias = Fields | Callable[[World], Fields]
WhoMay: TypeAlias = Mapping[Requester, type[errors.Refusal] | None]


class Ask(Protocol):
    """Asks for an operation and returns the body of the answer. A refusal fails the test."""

    async def __call__(
        self, operation: Operation, world: World, requester: Requester, fields: Changes
    ) -> Any: ...


Given: TypeAlias = Callable[[Ask, World], Awaitable[Fields]]


@dataclass(frozen=True, kw_only=True)
class Provocation:
    """A refusal, and a request that gets it: the good one with `changes`.

    `given` runs before the request, and returns further changes. The request comes from
    `requester`, or else from the requester of the case.
    """

    refusal: type[errors.Refusal]
    changes: Changes
    given: Given | None
    requester: Requester | None


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """Requests under one idempotency key.

    `other` turns the good request into another good one. `refused` is the refusal of a provocation
    that is stored under the key, or None if the operation itself is never refused.
    """

    other: Changes
    refused: type[errors.Refusal] | None


@dataclass(frozen=True, kw_only=True)
class Case:
    """The contract of one operation.

    `request` makes a good request about the owner of a world; `who_may` says for each requester
    how it is refused, None for success. `answer` is the shape of a success, None if that is not an
    object. `provocations` bring about the operation's own refusals; `unprovoked` lists the declared
    refusals without a provocation, and the reasons. `keyed` is None if no idempotency key is taken.
    """

    operation: Operation
    request: Callable[[World], Fields]
    who_may: WhoMay
    answer: Shape | None
    provocations: Sequence[Provocation] = ()
    unprovoked: Mapping[type[errors.Refusal], str] = field(
        default_factory=dict[type[errors.Refusal], str]
    )
    keyed: Keyed | None = None
    is_limited: bool = False
    needs_verified_email: bool = False
    needs_database: bool = True

    @property
    def name(self) -> str:
        """The name of the operation."""
        return self.operation.name

    @property
    def is_public(self) -> bool:
        """Whether the operation is served without a token."""
        return self.who_may[Requester.NOBODY] is None

    @property
    def requester(self) -> Requester:
        """The requester with the fewest rights that is served."""
        return next(requester for requester in Requester if self.who_may[requester] is None)

    def provocation(self, refusal: type[errors.Refusal]) -> Provocation:
        """The first provocation of a refusal."""
        return next(one for one in self.provocations if one.refusal is refusal)


def anyone() -> WhoMay:
    """Every requester, with any token or none."""
    return dict.fromkeys(Requester)


def users(**refused: type[errors.Refusal]) -> WhoMay:
    """Every user but the refused ones. The partner is refused as `other` is, unless stated."""
    if "other" in refused:
        refused.setdefault("partner", refused["other"])
    assert refused.keys() <= set(PEOPLE)
    return {
        Requester.NOBODY: errors.Unauthenticated,
        **{requester: refused.get(requester.value) for requester in PEOPLE},
    }


def owner_and_staff() -> WhoMay:
    """The owner, bankers and admins. To all others the thing does not exist."""
    return users(other=errors.NotFound)


def both_sides_and_staff() -> WhoMay:
    """The owner, the partner, bankers and admins."""
    return {**owner_and_staff(), Requester.PARTNER: None}


def bankers() -> WhoMay:
    """Bankers and admins."""
    return users(owner=errors.Forbidden, other=errors.Forbidden)


def admins() -> WhoMay:
    """Admins only."""
    return {**bankers(), Requester.BANKER: errors.Forbidden}


def refused(
    refusal: type[errors.Refusal],
    changes: Changes | None = None,
    *,
    given: Given | None = None,
    by: Requester | None = None,
) -> Provocation:
    """A provocation of a refusal."""
    return Provocation(refusal=refusal, changes=changes or {}, given=given, requester=by)


def after(operation: Operation, by: Requester, fields: Changes) -> Given:
    """An operation that succeeds before the request."""

    async def given(ask: Ask, world: World) -> Fields:
        await ask(operation, world, by, fields)
        return {}

    return given


def fields_of(changes: Changes, world: World) -> Fields:
    """The changes for one world."""
    return changes(world) if callable(changes) else changes
