"""Nobody is a year ahead unawares: the log, the metrics and verify say so."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bankapp.store.engine.transaction import Pool
from bankapp.store.store import Store
from tests.clock import Clock
from tests.factories import Make, deposit, transfer
from tests.metrics import read_metrics


async def test_postings_ahead_of_the_clock_are_told(
    store: Store, pool: Pool, make: Make, clock: Clock
) -> None:
    """Once a minute in the log, however many they are, and each in the metrics."""
    payer, payee = await make.account(balance=100), await make.account()
    clock.set(timedelta(days=365))
    await store.postings.submit(deposit(payer, 1))
    clock.set()
    before = read_metrics().value("postings_ahead_total")
    other = Store(pool)  # which has told nothing yet
    with capture_logs() as logs:
        for _ in range(3):
            await other.postings.submit(transfer(payer, payee, 1))
            await other.postings.post([transfer(payer, payee, 1)])
    told = [line for line in logs if line["event"] == "postings ahead of the clock"]
    assert [line["ahead_s"] for line in told] == [pytest.approx(365 * 86400, abs=60)]
    assert read_metrics().value("postings_ahead_total") == before + 6


async def test_nothing_is_told_while_the_clock_is_right(
    store: Store, make: Make, clock: Clock
) -> None:
    before = read_metrics().value("postings_ahead_total")
    with capture_logs() as logs:
        clock.set(timedelta(seconds=-30))
        await make.account(balance=100)
        clock.set()
        await make.account(balance=100)
    assert [line for line in logs if "clock" in line["event"]] == []
    assert read_metrics().value("postings_ahead_total") == before


@pytest.mark.parametrize("ahead_s", [0, 3600, -3600])
async def test_the_offset_of_the_database_is_measured(
    store: Store, clock: Clock, ahead_s: int
) -> None:
    clock.set(timedelta(seconds=ahead_s))
    await store.measure()
    assert read_metrics().value("database_clock_offset_seconds") == pytest.approx(ahead_s, abs=5)
