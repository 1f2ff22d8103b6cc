"""The results as an SVG chart for light and dark backgrounds."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from bench.ledger.results import Results

FILE: Final = Path(__file__).parent / "chart.svg"
WIDTH, LABELS, BARS = 900, 430, 400
LINE, BAR, TITLE = 26, 16, 40
STYLE: Final = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.label { text-anchor: end }
.bank { fill: #0969da }
.peer { fill: #8c959f }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .bank { fill: #4493f8 }
  .peer { fill: #6e7681 }
}
"""


class Bar(NamedTuple):
    """One bar of a panel."""

    label: str
    value: float
    text: str
    is_bank: bool


def svg(results: Results) -> str:
    """The chart: panels of bars, each with its own scale."""
    panels = {
        f"Transfers per second, {title}": [
            Bar(name, one.rate, f"{one.rate:,.0f}", name.startswith("the bank"))
            for name, one in figures.items()
        ]
        for title, figures in results.transfers.items()
    }
    panels["Reading, median in ms"] = [
        Bar(f"{what}, {size}", one.p50_ms, f"{one.p50_ms:.1f}", is_bank=True)
        for what, by_size in results.reads.items()
        for size, one in by_size.items()
    ]
    drawn: list[str] = []
    top = 0
    for title, bars in panels.items():
        drawn += _panel(title, bars, top)
        top += TITLE + LINE * len(bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + LINE // 2}" '
        f'role="img" aria-label="{escape("; ".join(panels))}">\n<style>{STYLE}</style>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )


def write(results: Results) -> None:
    """Write the chart."""
    FILE.write_text(svg(results))


def _panel(title: str, bars: Sequence[Bar], top: int) -> list[str]:
    longest = max(bar.value for bar in bars)
    drawn = [f'<text class="title" x="{LABELS}" y="{top + 26}">{escape(title)}</text>']
    for number, bar in enumerate(bars):
        y = top + TITLE + LINE * number
        width = max(1, round(BARS * bar.value / longest))
        kind = "bank" if bar.is_bank else "peer"
        drawn += [
            f'<text class="label" x="{LABELS - 8}" y="{y + 13}">{escape(bar.label)}</text>',
            f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{width}" height="{BAR}" rx="2"/>',
            f'<text x="{LABELS + width + 6}" y="{y + 13}">{bar.text}</text>',
        ]
    return drawn
