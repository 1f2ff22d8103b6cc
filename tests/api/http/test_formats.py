"""Which format a client accepts, as RFC 9110 reads `Accept`."""

import pytest

from bankapp.api.http.formats import choose

JSON, CSV = "application/json", "text/csv"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        pytest.param("", JSON, id="nothing is said"),
        pytest.param(" , ,", JSON, id="nothing between commas"),
        pytest.param("*/*", JSON, id="anything"),
        pytest.param("*", JSON, id="anything, as old clients say it"),
        pytest.param("text/csv", CSV, id="the other one"),
        pytest.param("TEXT/CSV", CSV, id="in any case"),
        pytest.param("text/csv;charset=utf-8", CSV, id="with a parameter"),
        pytest.param("text/*", CSV, id="all of its kind"),
        pytest.param("application/json, text/csv", JSON, id="of equal ones the first"),
        pytest.param("text/csv, application/json", JSON, id="whatever their order"),
        pytest.param("application/json;q=0.8, text/csv;q=0.9", CSV, id="the heavier one"),
        pytest.param("application/json;q=0.9, text/csv;q=0.899", JSON, id="by a thousandth"),
        pytest.param("text/csv;Q=0.5, application/json ; q = 0.4", CSV, id="spaces and case"),
        pytest.param("application/json;q=0.5, text/csv", CSV, id="without a weight it is 1"),
        pytest.param("*/*, application/json;q=0.1", CSV, id="the most specific range counts"),
        pytest.param("text/*;q=0.9, text/csv;q=0.1, */*;q=0.5", JSON, id="of three, too"),
        pytest.param("text/*, text/csv;q=0", JSON, id="none of it"),
        pytest.param("*/*;q=0.1, application/json;q=0", CSV, id="anything but"),
        pytest.param("text/csv;q=0", JSON, id="nothing is accepted"),
        pytest.param("image/png", JSON, id="nothing that there is"),
        pytest.param("text/csv+zip", JSON, id="another type with its name"),
        pytest.param("*/csv", JSON, id="a range that is none"),
        pytest.param("garbage", JSON, id="garbage"),
        pytest.param(";q=1, /, text/csv;q=0.1", CSV, id="garbage beside a range"),
        pytest.param("text/csv;q=2, application/json;q=0.1", JSON, id="too heavy"),
        pytest.param("text/csv;q=inf, application/json;q=0.1", JSON, id="heavier than all"),
        pytest.param("application/json;q=nan, text/csv;q=0.1", CSV, id="not a number"),
        pytest.param("application/json;q=1_0, text/csv;q=0.1", CSV, id="not a number as RFCs say"),
        pytest.param("application/json;q=, text/csv;q=0.1", CSV, id="no number"),
        pytest.param("text/csv;q=-1, image/png", JSON, id="less than nothing"),
    ],
)
def test_the_format_that_is_liked_best(accept: str, chosen: str) -> None:
    assert choose(accept, (JSON, CSV)) == chosen


def test_the_first_format_is_the_preferred_one() -> None:
    assert choose("*/*", (CSV, JSON)) == CSV
    assert choose("text/html, application/xhtml+xml, */*;q=0.8", ("text/html",)) == "text/html"
