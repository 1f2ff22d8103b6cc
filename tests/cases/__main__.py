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
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from generator_tests.cases.case_file import play_case_file
from generator_tests.cases.compiling import Compiler
from generator_tests.cases.outcomes import Outcome, Verdict, counted, play
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
        known = dict(_cases(folder, compiler)) if folder else {}
        if not known:
            print(f"no cases in {options.folder!r}; {_EXPECTED}", file=sys.stderr)
            return 2
        cases = [
            case for name, case in known.items() if any(part in name for part in options.parts)
        ]
        if not cases:
            print(*known, sep="\n")
            print(f"no case has {' or '.join(options.parts)} in its name", file=sys.stderr)
            return 2
        return _play(cases, compiler)


def _cases(folder: Path, compiler: Compiler) -> Iterator[tuple[str, Callable[[], Outcome]]]:
    """The cases by name."""
    for path in sorted(folder.glob("bank/*.py")):
        name = f"bank/{path.stem}"
        yield name, partial(play_bank_case, path, name)
    for path in sorted(folder.glob("generator/**/*.sql")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        yield name, partial(play_case_file, path, name, compiler)


def _play(cases: Sequence[Callable[[], Outcome]], compiler: Compiler) -> int:
    started = time.monotonic()
    outcomes = type_checked(play(cases), compiler.out)
    print(f"{counted(outcomes)}, in {time.monotonic() - started:.0f} s")
    return 0 if all(outcome.verdict is Verdict.OK for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
