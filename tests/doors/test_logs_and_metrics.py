"""The log line and the counts of each request."""

from collections import Counter
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.doors.client import Client
from tests.doors.door import Outcome
from tests.doors.world import World
from tests.metrics import read_metrics, since

# The fields of the line that a test can foresee.
SAID = ("event", "log_level", "request_id", "operation", "actor")


def line_of(outcome: Outcome, operation: str, actor: str | None) -> dict[str, Any]:
    return dict(zip(SAID, ("request", "info", outcome.request_id, operation, actor), strict=True))


@pytest.mark.parametrize("changes", [{}, {"nickname": "x"}], ids=["good", "bad"])
async def test_a_request_leaves_one_line(
    client: Client, world: World, subtests: pytest.Subtests, changes: dict[str, str]
) -> None:
    """It names operation and user, of a served request and of a refused one."""
    for case in client.cases:
        with subtests.test(case.name):
            user = None if case.is_public else await client.log_in(case.requester, world)
            with capture_logs() as lines:
                outcome = await client.send(case, world, changes=changes, user=user)
            shown = [{name: line.get(name) for name in SAID} for line in lines]
            assert shown == [line_of(outcome, case.name, None if user is None else user.username)]


@pytest.mark.parametrize("changes", [{}, {"nickname": "x"}], ids=["good", "bad"])
async def test_a_request_is_counted(client: Client, world: World, changes: dict[str, str]) -> None:
    """Requests are counted by operation, and refusals by their code."""
    before = read_metrics()
    outcomes = [await client.send(case, world, changes=changes) for case in client.cases]
    grown = since(before)
    for case, outcome in zip(client.cases, outcomes, strict=True):
        status = "2xx" if outcome.refused is None else "4xx"
        name = "request_duration_seconds_count"
        assert grown(name, operation=case.name, status=status) == 1, case.name
    codes = Counter(outcome.refusal.code for outcome in outcomes if outcome.refusal is not None)
    assert {code: grown("refusals_total", code=code) for code in codes} == codes
