"""Every mutant can still be applied, and every rule has one; `make mutants` tries them."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.mutants import rules
from tests.mutants.__main__ import main
from tests.mutants.catalog import MUTANTS
from tests.mutants.mutant import CodeMutant, SqlMutant
from tests.mutants.trial import Verdict, try_databases

Connection = psycopg.Connection[tuple[Any, ...]]


def test_every_rule_of_the_schema_has_a_mutant(connection: Connection) -> None:
    known = {row[0] for row in connection.execute(rules.CATALOG).fetchall()}
    listed = {*rules.CONSTRAINTS, *rules.TRIGGERS, *rules.EXEMPT}
    assert not known - listed, (
        f"give each a line in tests/mutants/rules.py, and a test: {known - listed}"
    )
    assert not listed - known, f"delete each from tests/mutants/rules.py: {listed - known}"


def test_every_change_of_the_database_can_be_made(connection: Connection) -> None:
    """A mutant must be written again when the place that it changes is gone."""
    wrong: dict[str, str] = {}
    for mutant in MUTANTS:
        if isinstance(mutant, SqlMutant):
            try:
                connection.execute(mutant.statement.encode())
            except psycopg.Error as error:
                wrong[mutant.name] = str(error)
            connection.rollback()
    assert wrong == {}


def test_every_change_of_the_code_can_be_made(root: Path) -> None:
    for mutant in MUTANTS:
        if isinstance(mutant, CodeMutant):
            compile(mutant.mutated(root), mutant.path, "exec")


def test_every_mutant_has_a_name_and_tests(root: Path) -> None:
    names = Counter(mutant.name for mutant in MUTANTS)
    assert max(names.values()) == 1, names.most_common(3)
    for mutant in MUTANTS:
        assert mutant.files
        assert all((root / file).is_file() for file in mutant.files), mutant


def test_a_trial_gives_each_of_the_verdicts() -> None:
    """Goal: no verdict is a matter of course.

    Method: one mutant is tried by a test that kills it, by one that does not, and by none.
    """
    [known] = [one for one in rules.MUTANTS if one.name == "without entries_amount_not_zero"]
    file = "tests/db/test_rules.py"
    words = ("amount_not_zero", "new_currency", "no_such_test")
    asked = {word: f"{file} -k {word}" for word in words}
    mutants = [replace(known, name=name, tests=tests) for name, tests in asked.items()]
    assert try_databases(mutants, asked["new_currency"]) == (
        Verdict.SURVIVED,
        [Verdict.KILLED, Verdict.SURVIVED, Verdict.BROKEN],
    )


def test_a_part_that_is_in_no_name_is_refused_with_the_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["tests.mutants", "are locked", "no such name"])
    assert main() == 2
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [mutant.name for mutant in MUTANTS]
    assert printed.err == "no mutant has 'no such name' in its name; the names are above\n"


def test_the_help_names_a_part_of_a_name(root: Path) -> None:
    [part] = re.findall(
        r"^mutants: .*ARGS=\"'(.*)'\"", (root / "Makefile").read_text(), re.MULTILINE
    )
    assert any(part in mutant.name for mutant in MUTANTS)
