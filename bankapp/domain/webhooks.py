"""Webhooks: how tries turn out, when the next one is, and the circuit of an endpoint that fails."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bankapp.domain import limits
from gen.enums import WebhookStatus


class Outcome(StrEnum):
    """How a try to send an event turned out."""

    DONE = "done"  # the server took it
    FAILED = "failed"
    THROTTLED = "throttled"  # the server asks to wait
    GONE = "gone"  # the server wants no more


class DisabledReason(StrEnum):
    """Why the bank disabled an endpoint."""

    GONE = "gone"  # its server answered 410
    FAILING = "failing"  # it has failed for days


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """An endpoint to be made; `owner` is None for one of the bank's."""

    owner: str | None
    url: str
    types: Sequence[str] | None
    sealed_secret: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a try turned out; `status` is that of HTTP, None without an answer."""

    outcome: Outcome
    status: int | None
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A try to send the event at a position, after `failure_count` tries in vain.

    A retry of a parked event says nothing of the others, so its failure is not the endpoint's.
    """

    position: int
    answer: Answer
    failure_count: int = 0
    is_retry: bool = False

    @property
    def outcome(self) -> Outcome:
        """How it turned out."""
        return self.answer.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When an event is sent again, or a failing endpoint probed: after each of the delays.

    The last is repeated for an endpoint, until it has done nothing but fail for `give_up_after`.
    The `lease` of a worker is longer than a try, which ends after `timeout_s`.
    """

    delays: tuple[timedelta, ...] = (
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
        timedelta(hours=14),
        timedelta(hours=20),
        timedelta(hours=24),
    )
    jitter: float = 0.2
    give_up_after: timedelta = limits.WEBHOOK_FAILING_MAX
    timeout_s: float = limits.WEBHOOK_TIMEOUT_S
    lease: timedelta = timedelta(seconds=2 * limits.WEBHOOK_TIMEOUT_S)

    def delay(self, number: int) -> timedelta:
        """The delay with this number, from 0, more or less."""
        delay = self.delays[min(number, len(self.delays) - 1)]
        return delay * random.uniform(1 - self.jitter, 1 + self.jitter)

    def delay_after(self, failure_count: int) -> timedelta | None:
        """The delay until an event is sent again, or None: that was the last try."""
        is_last = failure_count >= limits.WEBHOOK_TRY_COUNT_MAX
        return None if is_last else self.delay(failure_count - 1)


SCHEDULE: Final = Schedule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """Whether and when events are sent to an endpoint, by how the tries before turned out.

    After some failures in a row it is failing: one event is sent by the schedule, and the others
    wait until one is taken.
    """

    status: WebhookStatus
    failure_count: int
    probe_count: int
    failing_since: datetime | None
    retry_at: datetime | None
    recovered_at: datetime | None

    def after(self, tries: Sequence[Try], moment: datetime, schedule: Schedule) -> "Circuit":
        """The circuit after tries at the same time, in the order of their positions."""
        circuit = self
        for one in tries:
            circuit = circuit._after(one, moment)
        if any(one.outcome is Outcome.GONE for one in tries):
            return replace(circuit, status=WebhookStatus.DISABLED, retry_at=None)
        if circuit.failure_count > self.failure_count:
            circuit = _opened(circuit, self, moment, schedule)
        waits = [one.answer.wait for one in tries if one.answer.wait is not None]
        if waits and circuit.status is not WebhookStatus.DISABLED:
            latest = moment + max(waits)
            return replace(circuit, retry_at=max(circuit.retry_at or latest, latest))
        return circuit

    def when_idle(self) -> "Circuit":
        """The circuit where nothing is to be sent: there is nothing to probe with, either.

        The next failure makes it failing again.
        """
        if self.status is not WebhookStatus.FAILING:
            return replace(self, retry_at=None)
        return replace(
            self,
            status=WebhookStatus.ACTIVE,
            failure_count=limits.WEBHOOK_FAILURE_COUNT_MAX - 1,
            retry_at=None,
        )

    def _after(self, one: Try, moment: datetime) -> "Circuit":
        if one.outcome is Outcome.DONE:
            has_failed = self.status is WebhookStatus.FAILING
            return replace(
                self,
                status=WebhookStatus.ACTIVE if has_failed else self.status,
                failure_count=0,
                probe_count=0,
                failing_since=None,
                retry_at=None,
                recovered_at=moment if has_failed else self.recovered_at,
            )
        is_probe = self.status is WebhookStatus.FAILING
        if one.outcome is not Outcome.FAILED or (one.is_retry and not is_probe):
            return self
        since = self.failing_since
        # A time ahead of the clock was noted while the clock ran ahead.
        since = moment if since is None else min(since, moment)
        return replace(self, failure_count=self.failure_count + 1, failing_since=since)


def rate_after_outage(recovered_for: timedelta) -> float:
    """How many events a second an endpoint is sent, so long after it answered again."""
    doublings = max(recovered_for, timedelta()) // timedelta(seconds=limits.WEBHOOK_DOUBLING_S)
    return float(min(limits.WEBHOOK_RATE_MIN * 2 ** min(doublings, 10), limits.WEBHOOK_RATE_MAX))


def _opened(circuit: Circuit, before: Circuit, moment: datetime, schedule: Schedule) -> Circuit:
    """The circuit where too many tries in a row have failed."""
    since = circuit.failing_since
    if circuit.failure_count < limits.WEBHOOK_FAILURE_COUNT_MAX or since is None:
        return circuit
    if moment - since >= schedule.give_up_after:
        return replace(circuit, status=WebhookStatus.DISABLED, retry_at=None)
    probe_count = circuit.probe_count + (before.status is WebhookStatus.FAILING)
    return replace(
        circuit,
        status=WebhookStatus.FAILING,
        probe_count=probe_count,
        retry_at=moment + schedule.delay(probe_count),
        recovered_at=None,
    )
