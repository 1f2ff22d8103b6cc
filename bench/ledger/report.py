"""The results as Markdown, for the terminal and for the README."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.ledger.figures import Compared, Figures
from bench.ledger.results import Results

README: Final = Path(__file__).parents[2] / "README.md"
MARKED: Final = re.compile(
    r"(?<=<!-- bench\.ledger -->\n).*?(?=<!-- /bench\.ledger -->)", re.DOTALL
)


def markdown(results: Results) -> str:
    """Tables, and under which circumstances they came to be."""
    parts = [_transfers(title, figures) for title, figures in results.transfers.items()]
    return "\n".join([*parts, _reads(results.reads), _circumstances(results)])


def write(results: Results) -> None:
    """Put them between the marks in the README."""
    text, count = MARKED.subn(lambda _: markdown(results), README.read_text())
    assert count == 1
    README.write_text(text)


def _transfers(title: str, figures: Mapping[str, Compared]) -> str:
    header = (title, "ratio", "per s", "p50 ms", "p99 ms", "p99 ÷ p50")
    return _table(
        header,
        [
            (
                name,
                f"{one.ratio:.2f}",
                f"{one.rate:,.0f}",
                f"{one.p50_ms:.1f}",
                f"{one.p99_ms:.1f}",
                f"{one.p99_ms / one.p50_ms:.1f}",
            )
            for name, one in figures.items()
        ],
    )


def _reads(reads: Mapping[str, Mapping[str, Figures]]) -> str:
    sizes = list(next(iter(reads.values())))
    header = ["reading over HTTP, 64 connections"]
    for size in sizes:
        header += [f"{size}: p50 ms", "p99 ms"]
    lines: list[list[str]] = []
    for name, by_size in reads.items():
        few, many = by_size.values()
        times = [time for one in (few, many) for time in (one.p50_ms, one.p99_ms)]
        lines.append([name, *(f"{time:.1f}" for time in times), f"{many.p50_ms / few.p50_ms:.2f}"])
    return _table([*header, "p50 ÷ p50"], lines)


def _circumstances(results: Results) -> str:
    _, many = next(iter(results.reads.values()))
    plans = "; ".join(results.growing) or "no query scans or sorts what grows, in both plan modes"
    return (
        f"{results.settings} {results.machine}. {results.software}. Among {many} "
        f"{plans}, and `bankapp verify` takes {results.verification_s:.0f} s.\n"
    )


def _table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    ruler = ["---", *["--:"] * (len(header) - 1)]
    return "".join(f"| {' | '.join(line)} |\n" for line in (header, ruler, *lines))
