"""python -m tests.cases FOLDER [PART ...]: play the cases of a folder.

FOLDER/bank/*.py are programs that look at the bank, FOLDER/generator/**/*.sql projects of sqlc with
the annotations that they expect. A PART narrows them to those with it in their names. DATABASE_URL
is a superuser's on a server for the generator. Exits with 1 if a case is not ok.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from generator_tests.cases.case_file import CaseFile, read_case
from generator_tests.cases.compiling import GROUP_SIZE, Compiler
from generator_tests.cases.outcomes import Outcome, Verdict, counted, grouped, play
from generator_tests.cases.type_checkers import type_checked
from tests.cases.bank_case import play_bank_case

_EXPECTED: Final = "CASES=FOLDER: FOLDER/bank/*.py or FOLDER/generator/**/*.sql are expected"


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the cases; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.cases",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder")
    parser.add_argument("parts", nargs="*", default=[""], help="parts of the names of cases")
    options = parser.parse_args(arguments)
    folder = options.folder and Path(options.folder).resolve()  # the empty path is here
    with tempfile.TemporaryDirectory(prefix="cases-") as directory:
        compiler = Compiler(Path(directory), os.environ["DATABASE_URL"])
        paths = _paths(folder) if folder else {}
        if not paths:
            print(f"no cases in {options.folder!r}; {_EXPECTED}", file=sys.stderr)
            return 2
        chosen = [name for name in paths if any(part in name for part in options.parts)]
        if not chosen:
            print(*paths, sep="\n")
            print(f"no case has {' or '.join(options.parts)} in its name", file=sys.stderr)
            return 2
        return _play({name: paths[name] for name in chosen}, compiler)


def _paths(folder: Path) -> dict[str, Path]:
    """The files of the cases by name."""
    paths = [*sorted(folder.glob("bank/*.py")), *sorted(folder.glob("generator/**/*.sql"))]
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in paths}


def _play(paths: Mapping[str, Path], compiler: Compiler) -> int:
    started = time.monotonic()
    outcomes = type_checked(play(_groups(paths, compiler)), compiler.out)
    print(f"{counted(outcomes)}, in {time.monotonic() - started:.0f} s")
    return 0 if all(outcome.verdict is Verdict.OK for outcome in outcomes) else 1


def _groups(
    paths: Mapping[str, Path], compiler: Compiler
) -> Iterator[Callable[[], Sequence[Outcome]]]:
    cases: list[CaseFile] = []
    for name, path in paths.items():
        if path.suffix == ".py":
            yield partial(play_bank_case, path, name)
            continue
        try:
            cases.append(read_case(name, path.read_text()))
        except (SyntaxError, ValueError) as error:
            yield partial(list, [Outcome(name, Verdict.UNPLAYED, str(error))])
    for group in grouped(cases, GROUP_SIZE):
        yield partial(compiler.play, group)


if __name__ == "__main__":
    sys.exit(main())
