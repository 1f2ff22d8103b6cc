"""All that reads the clock of the database is in the table of docs/explanation/time.md."""

import re
from pathlib import Path

CLOCK = re.compile(r"\b(?:now|clock_timestamp|account_time)\(|current_timestamp", re.IGNORECASE)
NAME = re.compile(r"^-- name: (\w+)", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows_of(root: Path) -> list[str]:
    text = (root / "docs/explanation/time.md").read_text()
    return [line for line in text.splitlines() if line.startswith("| ") and "tests/" in line]


def readers(root: Path) -> set[str]:
    """The queries and functions that read it."""
    found = {
        path.stem
        for path in (root / "db/functions").glob("*.sql")
        if CLOCK.search(re.sub(r"--.*", "", path.read_text()))
    }
    for path in (root / "db/queries").glob("*.sql"):
        _, *parts = NAME.split(path.read_text())
        for name, body in zip(parts[::2], parts[1::2], strict=True):
            if CLOCK.search(re.sub(r"--.*", "", body)):
                found.add(name)
    return found


def test_every_reader_of_the_clock_is_in_the_table(root: Path) -> None:
    named = {name for row in rows_of(root) for name in re.findall(r"`(\w+)`", row)}
    assert len(readers(root)) > 20
    assert readers(root) <= named


def test_every_row_of_the_table_has_a_test(root: Path) -> None:
    rows = rows_of(root)
    assert len(rows) > 10
    for row in rows:
        [(path, name)] = TEST.findall(row)
        assert f"async def {name}(" in (root / path).read_text(), row
