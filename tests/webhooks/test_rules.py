"""What an answer means, and what follows from it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bankapp.domain import limits
from bankapp.domain.webhooks import (
    SCHEDULE,
    Answer,
    Circuit,
    Outcome,
    Schedule,
    Try,
    rate_after_outage,
)
from bankapp.webhooks.sender import read_answer
from gen.enums import WebhookStatus

NOW = datetime(2026, 11, 30, tzinfo=UTC)
EXACT = Schedule(jitter=0)
CLOSED = Circuit(
    status=WebhookStatus.ACTIVE,
    failure_count=0,
    probe_count=0,
    failing_since=None,
    retry_at=None,
    recovered_at=None,
)
FAILING = replace(
    CLOSED, status=WebhookStatus.FAILING, failure_count=5, failing_since=NOW, retry_at=NOW
)


def tries(outcomes: str, *, is_retry: bool = False) -> list[Try]:
    """Tries by the first letters of their outcomes."""
    of = {outcome.value[0]: outcome for outcome in Outcome}
    wait = timedelta(minutes=1)
    return [
        Try(
            position=position,
            is_retry=is_retry,
            answer=Answer(outcome=of[letter], status=200, wait=wait if letter == "t" else None),
        )
        for position, letter in enumerate(outcomes, 1)
    ]


@pytest.mark.parametrize(
    ("outcomes", "status", "count"),
    [
        ("dddd", WebhookStatus.ACTIVE, 0),
        ("ffff", WebhookStatus.ACTIVE, 4),
        ("fffff", WebhookStatus.FAILING, 5),
        ("ffffdf", WebhookStatus.ACTIVE, 1),
        ("fffffd", WebhookStatus.ACTIVE, 0),
        ("dffffftt", WebhookStatus.FAILING, 5),
        ("fftfftt", WebhookStatus.ACTIVE, 4),
        ("ddg", WebhookStatus.DISABLED, 0),
    ],
)
def test_failures_in_a_row_count(outcomes: str, status: WebhookStatus, count: int) -> None:
    after = CLOSED.after(tries(outcomes), NOW, EXACT)
    assert (after.status, after.failure_count) == (status, count)


def test_failures_of_parked_events_count_only_as_probes() -> None:
    """An event that is always refused says nothing of the others."""
    assert CLOSED.after(tries("ffffffff", is_retry=True), NOW, EXACT) == CLOSED
    assert FAILING.after(tries("f", is_retry=True), NOW, EXACT).probe_count == 1


def test_probes_come_by_the_schedule_and_the_last_delay_repeats() -> None:
    circuit = CLOSED.after(tries("fffff"), NOW, EXACT)
    for delay in (*EXACT.delays, EXACT.delays[-1], EXACT.delays[-1]):
        assert circuit.retry_at == NOW + delay
        circuit = circuit.after(tries("f"), NOW, EXACT)


def test_delays_vary_by_a_fifth() -> None:
    delays = [SCHEDULE.delay(1) / SCHEDULE.delays[1] for _ in range(1000)]
    assert 0.8 <= min(delays) < 0.85
    assert 1.15 < max(delays) <= 1.2


def test_an_event_is_tried_ten_times() -> None:
    assert 1 + len(SCHEDULE.delays) == limits.WEBHOOK_TRY_COUNT_MAX
    assert [EXACT.delay_after(count) for count in range(1, 10)] == list(EXACT.delays)
    assert EXACT.delay_after(limits.WEBHOOK_TRY_COUNT_MAX) is None


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (timedelta(days=5, seconds=-1), WebhookStatus.FAILING),
        (timedelta(days=5), WebhookStatus.DISABLED),
        # Noted while the clock ran ahead.
        (timedelta(days=-30), WebhookStatus.FAILING),
    ],
)
def test_only_failures_for_five_days_disable(since: timedelta, status: WebhookStatus) -> None:
    circuit = replace(FAILING, failing_since=NOW - since)
    assert circuit.after(tries("f"), NOW, EXACT).status is status
    assert circuit.after(tries("d"), NOW, EXACT).status is WebhookStatus.ACTIVE
    assert circuit.after(tries("t"), NOW, EXACT).status is WebhookStatus.FAILING


def test_who_answers_again_is_sent_less_at_first() -> None:
    assert FAILING.after(tries("d"), NOW, EXACT).recovered_at == NOW
    assert CLOSED.after(tries("d"), NOW, EXACT).recovered_at is None
    seconds = (-5, 0, 9, 10, 20, 30, 40, 10**9)
    rates = [rate_after_outage(timedelta(seconds=elapsed)) for elapsed in seconds]
    assert rates == [20, 20, 20, 40, 80, 160, 200, 200]


def test_with_nothing_to_probe_with_the_next_failure_counts() -> None:
    idle = FAILING.when_idle()
    assert (idle.status, idle.retry_at) == (WebhookStatus.ACTIVE, None)
    assert idle.after(tries("f"), NOW, EXACT).status is WebhookStatus.FAILING
    assert CLOSED.when_idle() == CLOSED


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "wait_s"),
    [
        (200, {}, Outcome.DONE, None),
        (299, {}, Outcome.DONE, None),
        (199, {}, Outcome.FAILED, None),
        (300, {}, Outcome.FAILED, None),
        (301, {"location": "http://10.0.0.1/"}, Outcome.FAILED, None),
        (410, {"retry-after": "5"}, Outcome.GONE, None),
        (429, {"retry-after": "5"}, Outcome.THROTTLED, 5),
        (503, {"retry-after": "0"}, Outcome.THROTTLED, 1),
        (503, {"retry-after": "999999999"}, Outcome.THROTTLED, 24 * 3600),
        (503, {"retry-after": "1" * 5000}, Outcome.FAILED, None),
        (503, {"retry-after": "Wed, 01 Jan 2020 00:00:00 GMT"}, Outcome.THROTTLED, 1),
        (503, {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, Outcome.THROTTLED, 24 * 3600),
        (503, {"retry-after": "soon"}, Outcome.FAILED, None),
        (503, {"retry-after": "-5"}, Outcome.FAILED, None),
        (503, {"retry-after": "\u0663"}, Outcome.FAILED, None),
        (429, {}, Outcome.FAILED, None),
        (500, {"retry-after": "5"}, Outcome.FAILED, None),
    ],
)
def test_answers_are_read(
    status: int, headers: dict[str, str], outcome: Outcome, wait_s: int | None
) -> None:
    answer = read_answer(status, headers)
    assert (answer.outcome, answer.status) == (outcome, status)
    assert answer.wait == (None if wait_s is None else timedelta(seconds=wait_s))
