"""The documents show what the bench has measured."""

from bench.ledger import chart, report, results


def test_the_documents_show_the_results() -> None:
    for path, text in report.documents(results.read()).items():
        assert path.read_text() == text, path


def test_the_chart_shows_the_results() -> None:
    assert chart.FILE.read_text() == chart.svg(results.read())
