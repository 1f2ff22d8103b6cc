"""The trial of mutants: their tests, run on a broken database or on a broken copy of the code."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Final

from tests.mutants.databases import CONTROL, DIRECTORY, REPORT, TRIED
from tests.mutants.mutant import CodeMutant, SqlMutant

ROOT: Final = Path(__file__).parents[2]
TREES: Final = ("bankapp", "db", "gen", "tests")
TIMEOUT_S: Final = 180
ALL_TIMEOUT_S: Final = 1800
STOP_TIMEOUT_S: Final = 20
# Of pytest: all passed, some failed.
_PASSED: Final = 0
_FAILED: Final = 1


class Verdict(Enum):
    """The outcome of a trial."""

    KILLED = "killed"
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN: the tests did not run"


def try_databases(mutants: Sequence[SqlMutant], control: str) -> tuple[Verdict, list[Verdict]]:
    """The verdict of a control without a change, which must survive, and of each mutant.

    One run of pytest tries all of them; `control` are the tests that run without a change.
    """
    nothing = SqlMutant(name=CONTROL, statement="SELECT 1", tests=control)
    tried = [nothing, *mutants]
    files = {file for mutant in tried for file in mutant.files}
    with tempfile.TemporaryDirectory(prefix="bankapp-mutants-") as directory:
        Path(directory, TRIED).write_text(json.dumps([*map(asdict, tried)]))
        arguments = ["-n", "auto", "-p", "tests.mutants.databases", *sorted(files)]
        _, output = _run(ROOT, arguments, {DIRECTORY: directory}, ALL_TIMEOUT_S)
        report = Path(directory, REPORT)
        outcomes: dict[str, int] = json.loads(report.read_text()) if report.exists() else {}
    verdict, *verdicts = [_verdict(outcomes, mutant.name) for mutant in tried]
    if verdict is not Verdict.SURVIVED:
        print(output)
    return verdict, verdicts


def _verdict(outcomes: dict[str, int], name: str) -> Verdict:
    if f"failed {name}" in outcomes:
        return Verdict.KILLED
    return Verdict.SURVIVED if f"passed {name}" in outcomes else Verdict.BROKEN


def try_code(mutant: CodeMutant) -> Verdict:
    """Whether a test fails on a copy of the tree with the change."""
    with _copied_tree() as tree:
        mutant.apply(tree)
        variables = {
            "PYTHONPATH": str(tree),  # the console script `bankapp` finds the copy by it, too
            "PYTHONDONTWRITEBYTECODE": "1",
            "BANK_TEST_BROKERS": "all",  # tests of Kafka that are long are among them
        }
        arguments = ["-n", "0", "-x", *shlex.split(mutant.tests)]
        code, output = _run(tree, arguments, variables, TIMEOUT_S)
    verdict = {_PASSED: Verdict.SURVIVED, _FAILED: Verdict.KILLED}.get(code, Verdict.BROKEN)
    if verdict is Verdict.BROKEN:
        print(output)
    return verdict


@contextmanager
def _copied_tree() -> Generator[Path]:
    """A copy of the files that the tests need, which is deleted when the block ends."""
    with tempfile.TemporaryDirectory(prefix="bankapp-mutant-") as name:
        tree = Path(name)
        for part in TREES:
            shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("docs"))
        shutil.copy2(ROOT / "pyproject.toml", tree)
        yield tree


def _run(
    tree: Path, arguments: Sequence[str], variables: Mapping[str, str], timeout_s: int
) -> tuple[int, str]:
    """Run pytest on the tree; returns its exit code and output. A timeout counts as a failure."""
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=tree,
        env={**inherited, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        output, _ = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)  # it stops its PostgreSQL
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_TIMEOUT_S)
        process.kill()
        return _FAILED, f"still running after {timeout_s} s"
    return process.returncode, output
