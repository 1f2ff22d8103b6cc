"""Tries that a process counts in its memory."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bankapp.domain import limits
from bankapp.domain.rates import RateLimit
from bankapp.operations.process_rates import ProcessRates

LIMIT = RateLimit("test", 5, timedelta(hours=1), by=("caller",), per_process=True)
INTERVAL_S = LIMIT.interval.total_seconds()


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_burst_is_allowed_and_no_more() -> None:
    rates = ProcessRates(Clock())
    assert [rates.take(LIMIT, "alice") for _ in range(5)] == [0.0] * 5
    for _ in range(3):
        assert rates.take(LIMIT, "alice") == pytest.approx(INTERVAL_S)
    assert rates.take(LIMIT, "bob") == 0
    assert rates.take(RateLimit("other", 5, LIMIT.period), "alice") == 0


@pytest.mark.parametrize(("early_s", "is_allowed"), [(1, False), (-1, True)])
def test_one_more_is_allowed_after_an_interval(early_s: int, *, is_allowed: bool) -> None:
    clock = Clock()
    rates = ProcessRates(clock)
    rates.take(LIMIT, "alice", 5)
    clock.now_s += INTERVAL_S - early_s
    assert (rates.take(LIMIT, "alice") == 0) is is_allowed
    assert rates.take(LIMIT, "alice") > 0


@pytest.mark.parametrize(("try_count", "is_allowed"), [(3, True), (4, False)])
def test_many_tries_are_allowed_together_or_not_at_all(try_count: int, *, is_allowed: bool) -> None:
    rates = ProcessRates(Clock())
    rates.take(LIMIT, "alice", 2)
    wait_s = rates.take(LIMIT, "alice", try_count)
    assert (wait_s == 0) is is_allowed
    left = 0 if is_allowed else 3
    assert [rates.take(LIMIT, "alice") == 0 for _ in range(4)] == [True] * left + [False] * (
        4 - left
    )


def test_after_the_period_all_are_allowed_again() -> None:
    clock = Clock()
    rates = ProcessRates(clock)
    rates.take(LIMIT, "alice", 5)
    clock.now_s += 3 * LIMIT.period.total_seconds()
    assert [rates.take(LIMIT, "alice") == 0 for _ in range(6)] == [True] * 5 + [False]


def test_the_limit_of_postings_is_exact() -> None:
    """Goal: so many small intervals add up to the period, without a posting more or less."""
    rates = ProcessRates(Clock())
    allowed = [rates.take(limits.POSTINGS, "alice") == 0 for _ in range(limits.POSTINGS.count + 2)]
    assert allowed == [True] * limits.POSTINGS.count + [False] * 2


def test_users_who_tried_last_are_remembered() -> None:
    rates = ProcessRates(Clock(), user_count_max=2)
    for name in ("alice", "bob", "alice", "carol"):  # bob's are forgotten
        assert rates.take(LIMIT, name, 2) == 0
    assert rates.take(LIMIT, "alice", 2) > 0
    assert rates.take(LIMIT, "carol", 4) > 0
    assert rates.take(LIMIT, "bob", 5) == 0
