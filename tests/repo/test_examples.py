"""The examples run and print what their last lines say."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg
import pytest

from bankapp.postgres.database import DATABASE, OWNER
from own_postgres import EmbeddedServer, find_binaries
from tests.api.conftest import backdate_ledger
from tests.processes.processes import ROOT
from tests.repo.sessions import ORIGIN, checkout

EXAMPLES: Final = sorted(path.name for path in (ROOT / "examples").glob("*.py"))
LINE_COUNT_MAX: Final = 60
# These show what the other examples have done: one sums it up, one waits until the month is over.
REPORT: Final = "report.py"
STATEMENT: Final = "statement.py"
ARGUMENTS: Final = {REPORT: "", STATEMENT: f"{ORIGIN} lena 'correct horse battery' 2026-10"}
IN_THAT_MONTH: Final = datetime(2026, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_short_and_listed(root: Path, example: str) -> None:
    assert len((root / "examples" / example).read_text().splitlines()) <= LINE_COUNT_MAX
    assert f"]({example})" in (root / "examples/README.md").read_text()


def test_examples_print_what_they_say(scratch: Path, stopped_bank: Path) -> None:
    with checkout(scratch, stopped_bank) as reader:
        reader.run("make run")
        for example in [*sorted({*EXAMPLES} - {REPORT, STATEMENT}), REPORT]:
            assert reader.run(command(example)) == shown(example), example
        backdate_bank(scratch / ".bank")
        assert reader.run(command(STATEMENT)) == shown(STATEMENT)


def command(example: str) -> str:
    """How a reader runs an example."""
    return f".venv/bin/python examples/{example} {ARGUMENTS.get(example, ORIGIN)}"


def shown(example: str) -> str:
    """The output that an example shows in its last comment."""
    text = (ROOT / "examples" / example).read_text()
    [lines] = re.findall(r"^# Prints.*:\n((?:# .*\n)+)\Z", text, re.MULTILINE)
    return re.sub(r"^# ", "", lines, flags=re.MULTILINE)


def backdate_bank(home: Path) -> None:
    """Move the transfers of the bank that runs on this directory to that month."""
    server = EmbeddedServer(home, find_binaries(None))
    with psycopg.connect(server.url(DATABASE, OWNER)) as connection:
        backdate_ledger(connection, IN_THAT_MONTH)
