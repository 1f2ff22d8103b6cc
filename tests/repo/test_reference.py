"""The tables of docs/reference say what the code declares."""

import os
from pathlib import Path

import pytest

from bench.ledger.report import replace_marked
from tests.repo.reference import TABLES


@pytest.mark.parametrize(("document", "mark"), TABLES)
def test_the_reference_says_what_is_declared(root: Path, document: str, mark: str) -> None:
    path = root / document
    text = path.read_text()
    expected = replace_marked(text, mark, TABLES[document, mark]())
    if os.environ.get("GENERATE_DOCS"):
        path.write_text(expected)
        return
    assert text == expected, f"{document} is stale: make generate-docs"
