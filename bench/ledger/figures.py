"""Rates and latencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Figures:
    """Transfers or reads per second, and percentiles of their latency."""

    rate: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Compared(Figures):
    """Figures beside those of a baseline.

    `ratio` is the median over the rounds of the rate divided by the baseline's rate in the same
    round, because a machine that is slow for a while slows both.
    """

    ratio: float


def of_times(times_ms: Sequence[float], rate: float) -> Figures:
    """The figures of requests with these latencies."""
    cuts = quantiles(times_ms, n=100)
    return Figures(rate, cuts[49], cuts[98])


def middle(rounds: Sequence[Figures]) -> Figures:
    """The medians of several rounds."""
    return Figures(
        median(one.rate for one in rounds),
        median(one.p50_ms for one in rounds),
        median(one.p99_ms for one in rounds),
    )


def compare(rounds: Sequence[Figures], others: Sequence[Figures]) -> Compared:
    """The medians of several rounds, beside a baseline in the same rounds."""
    ratios = [one.rate / other.rate for one, other in zip(rounds, others, strict=True)]
    one = middle(rounds)
    return Compared(one.rate, one.p50_ms, one.p99_ms, median(ratios))
