"""What the suite knows of a door: how to ask it, and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bankapp.domain import errors
from bankapp.operations.bank import Bank
from bankapp.operations.operation import Operation
from tests.doors.case import Case, Fields
from tests.doors.cases import CASES


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A refusal as a client is told of it; `request_id` is of the request that got it first."""

    kind: type[errors.Refusal]
    title: str
    detail: str
    is_retryable: bool
    request_id: str
    wrong_fields: tuple[str, ...] = ()
    retry_after_s: int | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The answer to a request: the fields of the response, as in JSON, or a refusal.

    `envelope` is what else came with it, but for what differs between any two answers: the id of
    the request, the time, and whether it is a replay.
    """

    request_id: str
    body: Any = None
    refused: Refused | None = None
    is_replay: bool = False
    envelope: object = None

    @property
    def refusal(self) -> type[errors.Refusal] | None:
        """Why it was refused; None for a success."""
        return None if self.refused is None else self.refused.kind

    def looks_like(self, other: "Outcome") -> bool:
        """Whether nobody could tell the two apart, but for the ids of the requests."""
        return _without_ids(self) == _without_ids(other)


def _without_ids(outcome: Outcome) -> Outcome:
    refused = None if outcome.refused is None else replace(outcome.refused, request_id="")
    return replace(outcome, request_id="", refused=refused, is_replay=False)


class Door(Protocol):
    """A door that is open."""

    async def ask(
        self,
        operation: Operation,
        fields: Fields,
        *,
        token: str | None = None,
        keys: Sequence[str] = (),
    ) -> Outcome:
        """Ask for an operation, with these idempotency keys. Checks that the answer is well-formed.

        That is: its status is the one of the refusal's sort, and it says the id of the request.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class DoorUnderTest:
    """A door, what it serves by its own account, and how that differs from the catalogue."""

    name: str
    open: Callable[[Bank], AbstractAsyncContextManager[Door]]
    serves: Sequence[Operation]
    # The refusals that come of the way through this door.
    refuses: tuple[type[errors.Refusal], ...] = ()
    # What only this door serves.
    own_cases: tuple[Case, ...] = ()
    # The operations of the catalogue that this door does not serve, by name, and why.
    leaves_out: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def cases(self) -> dict[str, Case]:
        """Of all that it serves, by the names of the operations."""
        own = {case.name: case for case in self.own_cases}
        return {name: CASES[name] for name in CASES if name not in self.leaves_out} | own
