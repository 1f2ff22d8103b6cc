"""The results as Markdown, for the terminal and for the documentation."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.ledger.figures import Compared, Figures
from bench.ledger.results import Results

ROOT: Final = Path(__file__).parents[2]
HEADLINE_WAYS: Final = {
    "the bank over HTTP, 64 connections": "the bank over HTTP",
    "pgbench, the classic transaction, 64 connections": "pgbench, the classic transaction",
    "FastAPI and SQLAlchemy over HTTP, 64 connections": "FastAPI and SQLAlchemy over HTTP",
}


def markdown(results: Results) -> str:
    """The tables, and the circumstances of the measurement."""
    parts = [_transfers(title, figures) for title, figures in results.transfers.items()]
    return "\n".join([*parts, _reads(results.reads), _circumstances(results)])


def headline(results: Results) -> str:
    """The rates of the bank and of its peers, as one table."""
    header = ("transfers per second, 64 connections", *results.transfers)
    lines = [
        (label, *(f"{figures[way].rate:,.0f}" for figures in results.transfers.values()))
        for way, label in HEADLINE_WAYS.items()
    ]
    return _table(header, lines)


def documents(results: Results) -> dict[Path, str]:
    """The text of each document that shows results, with these results in it."""
    parts = {
        ROOT / "README.md": ("bench.ledger.headline", headline(results)),
        ROOT / "docs/explanation/performance.md": ("bench.ledger", markdown(results)),
    }
    return {
        path: replace_marked(path.read_text(), mark, part) for path, (mark, part) in parts.items()
    }


def write(results: Results) -> None:
    """Write the results between the marks of the documents."""
    for path, text in documents(results).items():
        path.write_text(text)


def replace_marked(text: str, mark: str, part: str) -> str:
    """The text with `part` between its two marks, which are Markdown comments."""
    name = re.escape(mark)
    marked = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
    replaced, count = marked.subn(lambda _: part, text)
    assert count == 1, mark
    return replaced


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
    plans = (
        "; ".join(results.growing) or "no plan scans or sorts a growing table, in both plan modes"
    )
    return (
        f"{results.settings} {results.machine}. {results.software}. Among {many} "
        f"{plans}, and `bankapp verify` takes {results.verification_s:.0f} s.\n"
    )


def _table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    ruler = ["---", *["--:"] * (len(header) - 1)]
    return "".join(f"| {' | '.join(line)} |\n" for line in (header, ruler, *lines))
