"""Cases of health checks."""

from typing import Final

from bankapp.operations import health
from tests.doors.case import Case, anyone

CASES: Final = (
    Case(
        operation=health.check_health,
        request=lambda _: {},
        who_may=anyone(),
        answer=frozenset({"status"}),
        needs_database=False,
    ),
    Case(
        operation=health.check_readiness,
        request=lambda _: {},
        who_may=anyone(),
        answer=frozenset({"status"}),
    ),
)
