"""Workers that are killed miss nothing, and repeat no more than what was on its way."""

from bankapp.domain import limits
from tests.webhooks.storm import Plan, storm


async def test_killed_workers_miss_nothing_and_repeat_little(database_url: str) -> None:
    """Goal: at most eight repeats a kill. Method: two workers, killed twice, a server that fails.

    `python -m tests.webhooks.storm` is the long form.
    """
    plan = Plan(event_count=300, kill_count=2, fails=0.1, hangs=0.002, timeout_s=2, patience_s=120)
    outcome = await storm(database_url, plan)
    assert outcome.missed == set()
    assert outcome.event_count > plan.event_count
    assert outcome.repeat_count <= plan.kill_count * limits.WEBHOOK_CONCURRENCY
