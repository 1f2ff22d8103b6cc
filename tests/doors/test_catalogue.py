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


def names_of(operations: Iterable[Operation]) -> set[str]:
    return {operation.name for operation in operations}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_has_a_case(operation: Operation) -> None:
    assert CASES.of(operation).operation is operation


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.name)
def test_every_case_is_of_an_operation_of_the_catalogue(case: Case) -> None:
    assert case.operation in OPERATIONS, (
        f"{case.name} has a case: list it in bankapp/operations/catalog.py"
    )


@pytest.mark.parametrize("kind", DOORS, ids=lambda kind: kind.name)
def test_door_serves_the_catalogue(kind: DoorUnderTest) -> None:
    catalogue = names_of(OPERATIONS)
    own = names_of(case.operation for case in kind.own_cases)
    served = names_of(kind.serves)
    assert kind.leaves_out.keys() <= catalogue
    assert not kind.leaves_out.keys() & served
    unserved = catalogue - kind.leaves_out.keys() - served
    assert not unserved, f"give each a line in the table of {kind.table}: {unserved}"
    unlisted = served - catalogue - own
    assert not unlisted, f"list each in bankapp/operations/catalog.py: {unlisted}"
    assert len(kind.serves) == len(served)


@EVERY_CASE
def test_case_says_whether_an_idempotency_key_is_taken(case: Case) -> None:
    assert (case.keyed is not None) == case.operation.idempotent
