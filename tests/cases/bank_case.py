"""A case of the bank: a program that starts one and looks at its behaviour."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from generator_tests.cases.outcomes import Outcome, Verdict

ROOT: Final = Path(__file__).parents[2]
TIMEOUT_S: Final = 300
# Exit codes.
_IS_OK: Final = 0
_HAS_FAULT: Final = 1
_OF_THE_RUNNER: Final = ("DATABASE_URL", "PYTHONPATH", "SQLCCACHE")


def play_bank_case(path: Path, name: str) -> list[Outcome]:
    """Run a case with the path of this checkout.

    It ends with 0 if all is well, and with 1 if not, having printed a line `FAULT ...`. Without the
    line it has only failed: Python ends with 1 for every exception.
    """
    with tempfile.TemporaryDirectory(prefix="case-", ignore_cleanup_errors=True) as directory:
        code, output = _run(path, directory)
    faults = [line for line in output if line.startswith("FAULT")]
    if code == _IS_OK:
        return [Outcome(name, Verdict.OK)]
    if code == _HAS_FAULT and faults:
        return [Outcome(name, Verdict.FAULT, "; ".join(faults))]
    return [Outcome(name, Verdict.UNPLAYED, f"exit code {code}: {output[-1] if output else ''}")]


def _run(path: Path, directory: str) -> tuple[int | None, list[str]]:
    """The exit code, None if there was no end, and the lines that were printed."""
    environment = {key: value for key, value in os.environ.items() if key not in _OF_THE_RUNNER}
    process = subprocess.Popen(
        [sys.executable, path, ROOT],
        cwd=directory,
        env={**environment, "TMPDIR": directory},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return None, [f"no end after {TIMEOUT_S} s"]
    return process.returncode, [line for line in output.splitlines() if line.strip()]
