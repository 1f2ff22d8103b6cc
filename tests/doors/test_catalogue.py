"""Each door serves the whole catalogue, and each operation has a case."""

from collections.abc import Iterable

import pytest

from bankapp.operations.catalog import OPERATIONS
from bankapp.operations.operation import Operation
from tests.doors.case import Case
from tests.doors.cases import CASES
from tests.doors.door import DoorUnderTest
from tests.doors.doors import DOORS

OWN_CASES = [case for kind in DOORS for case in kind.own_cases]
EVERY_CASE = pytest.mark.parametrize(
    "case", [*CASES.values(), *OWN_CASES], ids=lambda case: case.name
)


def names_of(operations: Iterable[Operation]) -> list[str]:
    return sorted(operation.name for operation in operations)


def test_every_operation_has_a_case_and_every_case_an_operation() -> None:
    assert sorted(CASES) == names_of(OPERATIONS)
    assert {case.operation for case in CASES.values()} == set(OPERATIONS)


@pytest.mark.parametrize("kind", DOORS, ids=lambda kind: kind.name)
def test_door_serves_the_catalogue(kind: DoorUnderTest) -> None:
    left_out = kind.leaves_out.keys()
    own = [case.operation for case in kind.own_cases]
    assert left_out <= set(names_of(OPERATIONS))
    wanted = [operation for operation in OPERATIONS if operation.name not in left_out]
    assert names_of(kind.serves) == names_of([*wanted, *own])


@EVERY_CASE
def test_case_says_whether_an_idempotency_key_is_taken(case: Case) -> None:
    assert (case.keyed is not None) == case.operation.idempotent
