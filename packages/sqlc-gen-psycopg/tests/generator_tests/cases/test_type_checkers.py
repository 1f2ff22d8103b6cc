"""The type checkers' complaints reach the outcome of their package."""

from pathlib import Path

from generator_tests.cases.outcomes import Outcome, Verdict
from generator_tests.cases.type_checkers import type_checked


def test_complaints_make_an_outcome_worse(tmp_path: Path) -> None:
    for number, value in enumerate(("1", "''", "''")):
        (tmp_path / f"case_{number}").mkdir()
        (tmp_path / f"case_{number}" / "__init__.py").write_text(f"x: int = {value}\n")
    outcomes = [
        Outcome("right", Verdict.OK, package="case_0"),
        Outcome("wrong", Verdict.OK, package="case_1"),
        Outcome("worse", Verdict.UNSOUND, "a value", "case_2"),
        Outcome("none", Verdict.REFUSED),
    ]
    right, wrong, worse, none = type_checked(outcomes, tmp_path)
    assert [right, worse, none] == [outcomes[0], *outcomes[2:]]
    assert wrong.verdict is Verdict.TYPES
    assert wrong.detail.count("mypy: case_1/__init__.py:1: error: ") == 1
    assert wrong.detail.count("pyright: case_1/__init__.py: ") == 1
