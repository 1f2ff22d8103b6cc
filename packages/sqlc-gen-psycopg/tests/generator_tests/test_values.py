"""The comparison of values with annotations that other tests rely on."""

import datetime
from typing import Any

import pytest
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from generator_tests.values import Arguments, Findings, shown

DAY = datetime.date(2026, 3, 1)


def test_what_is_wrong_is_found() -> None:
    findings = Findings()
    for value, annotation in (
        (None, str),
        ("a", int),
        (True, int),
        (1, str | None),
        ([1, None], list[int]),
        (["ok"], list[bytes | None]),
        (Range(1.5, None), Range[int]),
        (Multirange([Range(1, DAY)]), Multirange[int]),
    ):
        before = len(findings.wrong)
        findings.check(value, annotation, "value")
        assert len(findings.wrong) == before + 1, annotation


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (int | None, "int | None"),
        (Range[datetime.date] | None, "Range[date] | None"),
        (list[list[Any | None]], "list[list[Any | None]]"),
    ],
)
def test_annotations_are_shown_without_modules(annotation: Any, text: str) -> None:
    assert shown(annotation) == text


def test_arguments_take_turns_and_give_none() -> None:
    assert Arguments(turn=1).value(list[int | None]) == [2]
    assert Arguments(turn=9).value(bytes | None) == b"77"
    assert Arguments(gives_none=True).value(int | None) is None
    assert Arguments(given={"x": 3}, gives_none=True).value(int | None, "x") == 3
    with pytest.raises(LookupError):
        Arguments().value(object)
