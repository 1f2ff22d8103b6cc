"""Type-checks all packages that were generated, at once."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from generator_tests.cases.outcomes import Outcome, Verdict, show
from generator_tests.project import BIN


def type_checked(outcomes: Sequence[Outcome], out: Path) -> list[Outcome]:
    """The outcomes, worse where mypy or pyright complains of a package; the worse are printed."""
    packages = [outcome.package for outcome in outcomes if outcome.package]
    complaints = defaultdict[str, list[str]](list)
    with ThreadPoolExecutor() as executor:
        tasks = [executor.submit(check, out, packages) for check in (_mypy, _pyright) if packages]
        for task in tasks:
            for package, complaint in task.result():
                complaints[package].append(complaint)
    return [_worse(outcome, complaints.get(outcome.package, [])) for outcome in outcomes]


def _worse(outcome: Outcome, complaints: Sequence[str]) -> Outcome:
    if not complaints or outcome.verdict.badness >= Verdict.TYPES.badness:
        return outcome
    worse = replace(outcome, verdict=Verdict.TYPES, detail="; ".join(complaints))
    show(worse)
    return worse


def _mypy(out: Path, packages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The package and the text of each complaint of mypy --strict."""
    options = ("--strict", "--no-error-summary", "--no-incremental", "--config-file=")
    done = _run(out, "mypy", *options, *packages)
    for line in done.stdout.splitlines():
        if ": error: " in line:
            yield line.partition("/")[0], f"mypy: {line}"


def _pyright(out: Path, packages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The package and the text of each complaint of pyright in its strict mode."""
    config = {"typeCheckingMode": "strict", "include": [*packages]}
    (out / "pyrightconfig.json").write_text(json.dumps(config))
    done = _run(out, "pyright", "--outputjson", "--pythonpath", str(BIN / "python"))
    complaints: list[dict[str, Any]] = json.loads(done.stdout)["generalDiagnostics"]
    for complaint in complaints:
        path = Path(complaint["file"]).resolve().relative_to(out.resolve())
        yield path.parts[0], f"pyright: {path}: {complaint['message']}"


def _run(out: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a type checker. Raises RuntimeError if it fails by itself."""
    command = [str(BIN / program), *arguments]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{program} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done
