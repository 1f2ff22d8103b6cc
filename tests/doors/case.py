"""What is known of an operation beside its code: a case for the suite."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from bankapp.domain import errors
from bankapp.operations.operation import Operation
from tests.doors.shapes import Shape
from tests.doors.world import PEOPLE, Asker, World

# Path, query and body of a request are one set of fields, as in JSON.
Fields: TypeAlias = Mapping[str, Any]
Changes: TypeAlias = Fields | Callable[[World], Fields]
WhoMay: TypeAlias = Mapping[Asker, type[errors.Refusal] | None]


class Ask(Protocol):
    """Asks for an operation, which must succeed; the body of the answer."""

    async def __call__(
        self, operation: Operation, world: World, asker: Asker, fields: Changes
    ) -> Any: ...


Given: TypeAlias = Callable[[Ask, World], Awaitable[Fields]]


@dataclass(frozen=True, kw_only=True)
class Provocation:
    """A refusal, and how it comes about: the good request with changes, after what is `given`.

    What is given may tell further changes. Whoever may ask does, unless an asker is said.
    """

    refusal: type[errors.Refusal]
    changes: Changes
    given: Given | None
    asker: Asker | None


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """What is tried under one idempotency key.

    `other` makes another request of the good one; `refused` is a provocation whose refusal is kept,
    None where the operation refuses nothing that could be.
    """

    other: Changes
    refused: type[errors.Refusal] | None


@dataclass(frozen=True, kw_only=True)
class Case:
    """One operation.

    `request` is a good request about the owner of a world: who may ask it is served. `answer` is
    the shape of a success; None where that is no set of fields. `provocations` are of the refusals
    that are the operation's own; `unprovoked` are those that are declared and not provoked, and
    why. `keyed` where an idempotency key is taken.
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
        """That of the operation."""
        return self.operation.name

    @property
    def is_public(self) -> bool:
        """Whether a token is needed by nobody."""
        return self.who_may[Asker.NOBODY] is None

    @property
    def asker(self) -> Asker:
        """Somebody who may, with a right no higher than it takes."""
        return next(asker for asker in Asker if self.who_may[asker] is None)

    def provocation(self, refusal: type[errors.Refusal]) -> Provocation:
        """The first one of a refusal."""
        return next(one for one in self.provocations if one.refusal is refusal)


def anyone() -> WhoMay:
    """With or without a token, and whatever is in it."""
    return dict.fromkeys(Asker)


def users(**refused: type[errors.Refusal]) -> WhoMay:
    """Everybody with a session, but for these; the partner as any other unless said."""
    if "other" in refused:
        refused.setdefault("partner", refused["other"])
    assert refused.keys() <= set(PEOPLE)
    return {
        Asker.NOBODY: errors.Unauthenticated,
        **{asker: refused.get(asker.value) for asker in PEOPLE},
    }


def owner_and_staff() -> WhoMay:
    """The owner and whoever works for the bank; it looks like nothing to all others."""
    return users(other=errors.NotFound)


def both_sides_and_staff() -> WhoMay:
    """The owner, the partner, and whoever works for the bank."""
    return {**owner_and_staff(), Asker.PARTNER: None}


def bankers() -> WhoMay:
    """Those with that role, and admins."""
    return users(owner=errors.Forbidden, other=errors.Forbidden)


def admins() -> WhoMay:
    """Those with that role."""
    return {**bankers(), Asker.BANKER: errors.Forbidden}


def refused(
    refusal: type[errors.Refusal],
    changes: Changes | None = None,
    *,
    given: Given | None = None,
    by: Asker | None = None,
) -> Provocation:
    """How a refusal comes about."""
    return Provocation(refusal=refusal, changes=changes or {}, given=given, asker=by)


def after(operation: Operation, by: Asker, fields: Changes) -> Given:
    """Once this has been asked."""

    async def given(ask: Ask, world: World) -> Fields:
        await ask(operation, world, by, fields)
        return {}

    return given


def fields_of(changes: Changes, world: World) -> Fields:
    """What is said of any world, or of this one."""
    return changes(world) if callable(changes) else changes
