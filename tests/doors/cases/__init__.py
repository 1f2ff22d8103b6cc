"""A case for every operation."""

from typing import Final

from tests.doors.case import Case
from tests.doors.cases import health, identity, ledger

CASES: Final[dict[str, Case]] = {
    case.name: case for case in (*identity.CASES, *ledger.CASES, *health.CASES)
}
