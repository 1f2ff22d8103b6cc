"""Lines of CSV: read as they were by programs, and without formulas for spreadsheets."""

import csv
import re

import pytest

from bankapp.operations.csv_lines import FreeText, render_lines


@pytest.mark.parametrize(
    "text",
    ["plain", 'say "hi"', "a, b", "a;b", "a-b", "x;=1+1", "two\r\nlines", "", "'", "\u00e9\u674e"],
    ids=ascii,
)
def test_text_is_read_as_written(text: str) -> None:
    rendered = render_lines([[1, FreeText(text), "USD"]])
    assert list(csv.reader([rendered])) == [["1", text, "USD"]]


# A cell that begins like this is a formula, unless the reader has seen that it is quoted.
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


@pytest.mark.parametrize("separator", list(",;\t|"), ids=ascii)
@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "\uff1d1+1", "\uff0b1", "@SUM(A1)", "-1", " =1", "\u00a0\uff20x"),
        *("x;=1+1", "x;=1+1;y", "x; =1;", "x|@a|b", "x,=1,y", "x;=1|y;z", '";=1;"', ";;=1;;=2;"),
        *('x;=HYPERLINK("http://evil.example";"a")', "x;=cmd|' /c calc'!A1"),
    ],
    ids=ascii,
)
def test_no_cell_is_a_formula(text: str, separator: str) -> None:
    """Goal: whatever a spreadsheet separates by. Method: split as such a reader does.

    A formula with an odd number of quotes is none: a spreadsheet shows it as text.
    """
    rendered = render_lines([[7, FreeText(text), "USD"]])
    for [first, *cells] in csv.reader([rendered], delimiter=separator):
        if separator == ",":
            assert not FORMULA.match(cells[0])
        for cell in () if separator == "," else (first, *cells):
            assert not FORMULA.match(cell) or cell.count('"') % 2 == 1
