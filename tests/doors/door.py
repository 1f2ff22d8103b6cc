"""A door as the suite sees it: requests go in, outcomes come out."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bankapp.domain import errors
from bankapp.operations.bank import Bank
from bankapp.operations.operation import Operation
from tests.doors.case import Case, Fields
from tests.doors.cases import CASES, Cases


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A refusal as a client reads it. `request_id` names the request that was first refused so."""

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

    `envelope` is the rest of the answer, such as headers, without what differs between any two
    answers: the request's id, the time, and whether it is a replay.
    """

    request_id: str
    body: Any = None
    refused: Refused | None = None
    is_replay: bool = False
    envelope: object = None

    @property
    def refusal(self) -> type[errors.Refusal] | None:
        """The class of the refusal; None for a success."""
        return None if self.refused is None else self.refused.kind

    def looks_like(self, other: "Outcome") -> bool:
        """Whether the two differ in nothing but request ids and being a replay."""
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
        """Ask for an operation under these idempotency keys, of which there may be too many.

        The fields may be wrong: unknown names and values out of range are sent as the door would
        carry them. Fails if the answer is malformed for the door: if the status is not that of the
        refusal's sort, say, or the id of the request is missing.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class DoorUnderTest:
    """A door, and how it differs from the catalogue of operations.

    `serves` is read from the door's own table, which stands in the file `table`. `refuses` are
    refusals of the transport. `own_cases` are of operations that only this door serves.
    `leaves_out` are the operations of the catalogue that it does not serve, by name, and the
    reasons. One that `waits_for_database` answers when the database is back.
    """

    name: str
    open: Callable[[Bank], AbstractAsyncContextManager[Door]]
    serves: Sequence[Operation]
    table: str
    refuses: tuple[type[errors.Refusal], ...] = ()
    own_cases: tuple[Case, ...] = ()
    leaves_out: Mapping[str, str] = field(default_factory=dict[str, str])
    waits_for_database: bool = False

    @property
    def cases(self) -> Cases:
        """The cases of all that it serves, by the names of the operations."""
        cases = Cases({name: CASES[name] for name in CASES if name not in self.leaves_out})
        cases.update((case.name, case) for case in self.own_cases)
        return cases
