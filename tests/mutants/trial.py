"""The trial of a mutant: its tests, run on a copy of the tree that has its change."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import Final

from tests.mutants.mutant import Mutant

ROOT: Final = Path(__file__).parents[2]
TREES: Final = ("bankapp", "db", "gen", "tests")
TIMEOUT_S: Final = 180
STOP_TIMEOUT_S: Final = 20
ALL_TIMEOUT_S: Final = 1800
# Of pytest: all passed, some failed.
_PASSED: Final = 0
_FAILED: Final = 1


class Verdict(Enum):
    """What came of a trial."""

    SEEN = "seen"
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN: the tests did not run"


@contextmanager
def copied_tree() -> Generator[Path]:
    """A copy of what the tests need, gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="bankapp-mutant-") as name:
        tree = Path(name)
        for part in TREES:
            shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("docs"))
        shutil.copy2(ROOT / "pyproject.toml", tree)
        yield tree


def try_mutant(mutant: Mutant) -> tuple[Verdict, str]:
    """Whether a test fails because of the change, and what pytest said."""
    with copied_tree() as tree:
        mutant.apply(tree)
        code, output = run_tests(tree, "-x", *shlex.split(mutant.tests))
    if code == _PASSED:
        return Verdict.SURVIVED, output
    is_seen = code == _FAILED and "MigrationError" not in output
    return Verdict.SEEN if is_seen else Verdict.BROKEN, output


def run_tests(tree: Path, *arguments: str, timeout_s: int = TIMEOUT_S) -> tuple[int, str]:
    """Run pytest on the tree; its exit code and output. What hangs has failed."""
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", *arguments],
        cwd=tree,
        # The console script `bankapp` finds the copy by it, too.
        env={**inherited, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
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
