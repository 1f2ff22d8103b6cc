"""What is measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Figures:
    """Transfers or reads per second, and how long half and nearly all of them took."""

    rate: float
    p50_ms: float
    p99_ms: float


def of_times(times_ms: Sequence[float], rate: float) -> Figures:
    """The figures of so many that took so long each."""
    cuts = quantiles(times_ms, n=100)
    return Figures(rate, cuts[49], cuts[98])


def middle(rounds: Sequence[Figures]) -> Figures:
    """The medians of several rounds."""
    return Figures(
        median(one.rate for one in rounds),
        median(one.p50_ms for one in rounds),
        median(one.p99_ms for one in rounds),
    )
