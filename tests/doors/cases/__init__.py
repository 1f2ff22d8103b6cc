"""A case for every operation."""

from typing import Final

from bankapp.operations.operation import Operation
from tests.doors.case import Case
from tests.doors.cases import events, health, identity, ledger


class Cases(dict[str, Case]):
    """The cases by the names of their operations."""

    def of(self, operation: Operation) -> Case:
        """The case of an operation. Fails with the file to edit where there is none."""
        assert operation.name in self, (
            f"{operation.name} has no case: add one to tests/doors/cases/{_file_of(operation)}, "
            "as docs/how-to/add-an-operation.md says"
        )
        return self[operation.name]


def _file_of(operation: Operation) -> str:
    """Where the case of an operation stands, or is to stand."""
    division, *module = operation.run.__module__.removeprefix("bankapp.operations.").split(".")
    return f"{division}/{module[0]}.py" if division == "ledger" else f"{division}.py"


CASES: Final = Cases(
    (case.name, case) for case in (*identity.CASES, *ledger.CASES, *events.CASES, *health.CASES)
)
