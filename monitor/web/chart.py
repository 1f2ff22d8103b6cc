"""The chart of what happened: stacked bars, drawn as SVG that needs no style of its own."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from monitor.answers import BUCKET_SIZE, Operations
from monitor.gen.enums import Bucket

WIDTH: Final = 960
HEIGHT: Final = 280
LEFT: Final = 56
TOP: Final = 12
BOTTOM: Final = 30
LABEL_COUNT_MAX: Final = 8
TICK_COUNT: Final = 4
_OTHER: Final = "other"
# Kinds of events by the first word of their types, in the order in which bars are stacked.
GROUPS: Final = {
    "payments": ("transfer",),
    "holds": ("hold",),
    "sign-ins": ("session",),
    "customers": ("user", "account"),
    _OTHER: (),
}
_FORMATS: Final = {Bucket.MINUTE: "%H:%M", Bucket.HOUR: "%d %b %H:%M", Bucket.DAY: "%d %b"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a bar, and what it says."""

    x: float
    y: float
    width: float
    height: float
    group: int
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing, and the same as rows of a table."""

    bars: Sequence[Bar]
    ticks: Sequence[Label]
    times: Sequence[Label]
    rows: Sequence[tuple[datetime, Sequence[int], int]]
    groups: Sequence[str]
    totals: Sequence[int]
    total: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def draw(operations: Operations) -> Chart:
    """The chart of some buckets."""
    buckets = list(_buckets(operations))
    counts = _grouped(operations)
    rows = [(start, [counts[start, group] for group in GROUPS]) for start in buckets]
    top = nice_ceiling(max((sum(row) for _, row in rows), default=0))
    step = (WIDTH - LEFT) / max(len(buckets), 1)
    totals = [sum(row[number] for _, row in rows) for number in range(len(GROUPS))]
    return Chart(
        bars=list(_bars(rows, top, step, operations.per)),
        ticks=list(_ticks(top)),
        times=list(_times(buckets, step, operations.per)),
        rows=[(start, row, sum(row)) for start, row in reversed(rows) if sum(row)],
        groups=list(GROUPS),
        totals=totals,
        total=sum(totals),
    )


def nice_ceiling(count: int) -> int:
    """The lowest of 4, 8, 20, 40, 80, 200, 400 … that is not less: its quarters are whole."""
    for power in range(19):
        for factor in (4, 8, 20):
            if factor * 10**power >= count:
                return int(factor * 10**power)
    raise AssertionError


def group_of(name: str) -> str:
    """The group of a type of events."""
    first = name.partition(".")[0]
    return next((group for group, words in GROUPS.items() if first in words), _OTHER)


def _buckets(operations: Operations) -> Iterator[datetime]:
    start, size = operations.since, BUCKET_SIZE[operations.per]
    while start < operations.until:
        yield start
        start += size


def _grouped(operations: Operations) -> Counter[tuple[datetime, str]]:
    counts: Counter[tuple[datetime, str]] = Counter()
    for one in operations.counts:
        counts[one.began_at, group_of(one.type)] += one.count
    return counts


def _bars(
    rows: Sequence[tuple[datetime, Sequence[int]]], top: int, step: float, per: Bucket
) -> Iterator[Bar]:
    floor, full = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    gap = min(2.0, step / 4)
    for number, (start, row) in enumerate(rows):
        y = float(floor)
        for group, (name, count) in enumerate(zip(GROUPS, row, strict=True)):
            if count:
                height = count / top * full
                y -= height
                text = f"{_time(start, per)} UTC: {count:,} {name}"
                yield Bar(
                    round(LEFT + number * step + gap / 2, 2), round(y, 2),
                    round(step - gap, 2), round(height, 2), group, text,
                )  # fmt: skip


def _ticks(top: int) -> Iterator[Label]:
    full = HEIGHT - BOTTOM - TOP
    for number in range(TICK_COUNT + 1):
        share = number / TICK_COUNT
        yield Label(LEFT - 8, round(HEIGHT - BOTTOM - share * full, 2), f"{int(top * share):,}")


def _times(buckets: Sequence[datetime], step: float, per: Bucket) -> Iterator[Label]:
    every = max(1, -(-len(buckets) // LABEL_COUNT_MAX))
    for number in range(0, len(buckets), every):
        yield Label(round(LEFT + (number + 0.5) * step, 2), HEIGHT - 8, _time(buckets[number], per))


def _time(start: datetime, per: Bucket) -> str:
    return f"{start.astimezone(UTC):{_FORMATS[per]}}"


def legend(chart: Chart) -> Iterable[tuple[int, str, int]]:
    """The groups that the chart shows, with their numbers and totals."""
    for number, (name, total) in enumerate(zip(chart.groups, chart.totals, strict=True)):
        if total:
            yield number, name, total
