"""A plugin of pytest that runs each test once per mutant, on a database that the mutant breaks.

tests/mutants/trial.py starts it. A control breaks nothing, so every test must pass with it.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from tests.mutants.mutant import SqlMutant

# The directory of TRIED, the control and the mutants, and of REPORT, the outcome of each.
DIRECTORY: Final = "MUTANTS_DIRECTORY"
TRIED: Final = "mutants.json"
REPORT: Final = "report.json"
CONTROL: Final = "control"
_PROPERTY: Final = "mutant"

_outcomes: Counter[str] = Counter()


@cache
def _mutants() -> list[SqlMutant]:
    tried = Path(os.environ[DIRECTORY], TRIED).read_text()
    return [SqlMutant(**fields) for fields in json.loads(tried)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize each test with the mutants that may select it."""
    metafunc.fixturenames.append("mutant")
    file, _, name = metafunc.definition.nodeid.partition("::")
    # The names of its cases are not known yet; this text has all of their parts.
    cases = repr([mark.args for mark in metafunc.definition.iter_markers("parametrize")])
    wanted = [mutant for mutant in _mutants() if mutant.selects(file, name + cases)]
    metafunc.parametrize("mutant", wanted, ids=[f"mutant{n}" for n in range(len(wanted))])


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Keep the tests that their mutant selects."""

    def is_selected(item: pytest.Function) -> bool:
        # A test without any mutant is collected once more, as skipped.
        mutant = item.callspec.params.get("mutant")
        file, _, name = item.nodeid.partition("::")
        return isinstance(mutant, SqlMutant) and mutant.selects(file, name)

    items[:] = filter(is_selected, items)


@pytest.fixture(autouse=True)
def _broken(  # pyright: ignore[reportUnusedFunction] - pytest uses it
    mutant: SqlMutant,
    connection: psycopg.Connection[Any],
    record_property: Callable[[str, object], None],
) -> None:
    """Break the database of the test before anything else uses it."""
    connection.execute(mutant.statement.encode())
    connection.commit()
    record_property(_PROPERTY, mutant.name)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count what passes and what fails once the database is broken."""
    for name, value in report.user_properties:
        if name == _PROPERTY and (report.when == "call" or report.failed):
            _outcomes[f"{report.outcome} {value}"] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report, in the process that collects the outcomes of all tests."""
    if not hasattr(session.config, "workerinput"):
        Path(os.environ[DIRECTORY], REPORT).write_text(json.dumps(_outcomes))
