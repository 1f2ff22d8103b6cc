"""The page about growth names every table and every limit's test."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from tests.processes.processes import ROOT

PAGE: Final = ROOT / "docs" / "explanation" / "growth.md"
ROWS: Final = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text().splitlines()
    if line.startswith("|") and not line.startswith("|---")
]
# Grows by the program and its operator alone.
_NO_REQUEST: Final = "no request"


def test_every_table_is_named_once(root: Path) -> None:
    schema = (root / "db" / "schema.sql").read_text()
    tables = re.findall(r"^CREATE (?:UNLOGGED )?TABLE \w+\.(\w+)", schema, re.MULTILINE)
    named = [name for row in ROWS for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(named) == sorted([*tables, "mail"])


@pytest.mark.parametrize("row", [row for row in ROWS if row[-1] != "test"], ids=lambda row: row[0])
def test_every_bound_has_a_test(row: list[str]) -> None:
    cause, bound, test = row[1], row[2], row[4]
    if _NO_REQUEST in cause:
        assert not test
        return
    assert bound
    path, name = test.strip("`").split("::")
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    defined = {
        node.name
        for node in ast.parse((ROOT / path).read_text()).body
        if isinstance(node, functions)
    }
    assert name in defined
