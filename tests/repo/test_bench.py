"""What is shown of the bench is what was measured."""

from pathlib import Path

from bench.ledger import chart, report, results


def test_the_readme_shows_the_results(root: Path) -> None:
    shown = report.MARKED.findall((root / "README.md").read_text())
    assert shown == [report.markdown(results.read())]


def test_the_chart_shows_the_results() -> None:
    assert chart.FILE.read_text() == chart.svg(results.read())
