"""Every mutant still breaks what it says, and every rule has one; `make mutants` tries them."""

import shlex
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg

from tests.mutants import rules
from tests.mutants.everything import MUTANTS
from tests.mutants.mutant import CodeMutant, SqlMutant
from tests.mutants.trial import Verdict, try_mutant

Connection = psycopg.Connection[tuple[Any, ...]]


def test_every_rule_of_the_schema_has_a_mutant(connection: Connection) -> None:
    known = {row[0] for row in connection.execute(rules.CATALOG).fetchall()}
    assert known == {*rules.CONSTRAINTS, *rules.TRIGGERS, *rules.EXEMPT}


def test_every_change_of_the_database_can_be_made(connection: Connection) -> None:
    """A mutant whose place is gone must be thought about again."""
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
        paths = [part for part in shlex.split(mutant.tests) if "/" in part]
        assert paths
        assert all((root / path).exists() for path in paths), mutant


def test_a_trial_tells_what_is_seen_from_what_is_not() -> None:
    """Goal: no verdict is a matter of course. Method: a mutant that breaks nothing, and one."""
    one = "tests/db/test_rules.py -k entries_amount_not_zero"
    harmless = SqlMutant("nothing", "SELECT 1", one)
    harmful = SqlMutant("zero", "ALTER TABLE entries DROP CONSTRAINT entries_amount_not_zero", one)
    impossible = SqlMutant("impossible", "SELECT 1 / 0", one)
    verdicts = [try_mutant(mutant)[0] for mutant in (harmless, harmful, impossible)]
    assert verdicts == [Verdict.SURVIVED, Verdict.SEEN, Verdict.BROKEN]
