"""What is measured, and how it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figures:
    """Transfers per second, and how long half and nearly all of them took."""

    rate: float
    p50_ms: float
    p99_ms: float


def middle(rounds: Sequence[Figures]) -> Figures:
    """The medians of several rounds."""
    return Figures(
        median(one.rate for one in rounds),
        median(one.p50_ms for one in rounds),
        median(one.p99_ms for one in rounds),
    )


def table(title: str, figures: Mapping[str, Figures]) -> str:
    """Lines of text; rates are ratios to the first, too."""
    first = next(iter(figures.values()))
    lines = [f"{title:<58}{'ratio':>7}{'per s':>9}{'p50 ms':>9}{'p99 ms':>9}"]
    lines += [
        f"  {name:<56}{one.rate / first.rate:>7.2f}{one.rate:>9.0f}"
        f"{one.p50_ms:>9.2f}{one.p99_ms:>9.2f}"
        for name, one in figures.items()
    ]
    return "\n".join(lines)
