"""python -m generator_tests.cases SQLC [PART ...]: run sqlc's own end-to-end cases.

SQLC is a checkout or a bare repository of sqlc. Each of its cases for PostgreSQL is compiled, and
each query called on tables with NULL wherever it may be; what comes must be as it is annotated.
A PART narrows the cases to those with it in their names. DATABASE_URL is a superuser's. A case that
sqlc refuses with its generator for Go, too, is no fault. Exits with 1 if there is a fault.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from generator_tests.cases.calling import Calls, call
from generator_tests.cases.compiling import GROUP_SIZE, Compiled, Compiler
from generator_tests.cases.outcomes import Verdict, counted, grouped, play
from generator_tests.cases.seeds import seed
from generator_tests.cases.sqlc_checkout import SqlcCase, extract, find_cases
from generator_tests.cases.type_checkers import type_checked
from generator_tests.project import Project, Server
from generator_tests.values import Arguments

VARIANTS: Final = (Arguments(), Arguments(gives_none=True), Arguments(turn=1), Arguments(turn=2))
# Parts of messages of the generator, where that of Go writes code that cannot work.
REFUSED_ON_PURPOSE: Final = (
    "PostgreSQL needs no sqlc.slice",
    "PostgreSQL has no last id",
    "is a record of no type",  # README.md, limits of sqlc
    "needs a query that returns columns",  # sqlc expands the `*` of current_date to nothing
)
_NO_FAULTS: Final = (Verdict.OK, Verdict.REFUSED, Verdict.INTENDED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m generator_tests.cases",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sqlc")
    parser.add_argument("parts", nargs="*", default=[""], help="parts of the names of cases")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="sqlc-cases-") as directory:
        skipped = Counter[str]()
        try:
            # An empty path would be the current folder.
            folder = extract(Path(options.sqlc or "SQLC"), Path(directory, "sqlc"))
        except LookupError as error:
            print(f"{error}\nSQLC=PATH: a checkout of sqlc is expected", file=sys.stderr)
            return 2
        found = [*find_cases(folder.resolve(), skipped)]
        cases = [case for case in found if any(part in case.name for part in options.parts)]
        if not cases:
            print(f"no case has {' or '.join(options.parts)} in its name", file=sys.stderr)
            return 2
        return _run(cases, skipped, Compiler(Path(directory).resolve(), os.environ["DATABASE_URL"]))


def _run(cases: Sequence[SqlcCase], skipped: Counter[str], compiler: Compiler) -> int:
    started = time.monotonic()
    all_calls: list[Calls] = []
    checked = [_CheckedCase(case, all_calls) for case in cases]
    played = play(partial(compiler.play, group) for group in grouped(checked, GROUP_SIZE))
    outcomes = type_checked(played, compiler.out)
    print(f"{counted(outcomes)}, in {time.monotonic() - started:.0f} s")
    print("skipped:", ", ".join(f"{count} {reason}" for reason, count in skipped.items()))
    done_count = sum(calls.done_count > 0 for calls in all_calls)
    row_count = sum(calls.row_count > 0 for calls in all_calls)
    print(f"{len(all_calls)} queries: {done_count} ran, {row_count} of them gave rows")
    return 0 if all(outcome.verdict in _NO_FAULTS for outcome in outcomes) else 1


@dataclass(frozen=True)
class _CheckedCase:
    """A case whose queries are called; `all_calls` gets the calls."""

    case: SqlcCase
    all_calls: list[Calls]

    @property
    def name(self) -> str:
        return self.case.name

    def write(self, directory: Path, server: Server) -> Project:
        return self.case.write(directory, server)

    def look(self, compiled: Compiled) -> tuple[Verdict, str]:
        seed(compiled.connection)
        calls = [call(compiled, query, VARIANTS) for query in compiled.queries]
        self.all_calls.extend(calls)
        broken = [message for one in calls for message in one.broken]
        wrong = [message for one in calls for message in one.wrong]
        verdict = Verdict.ERROR if broken else Verdict.UNSOUND if wrong else Verdict.OK
        return verdict, "; ".join(broken + wrong)

    def refused(self, verdict: Verdict, message: str) -> Verdict:
        is_intended = any(part in message for part in REFUSED_ON_PURPOSE)
        return Verdict.INTENDED if is_intended else verdict


if __name__ == "__main__":
    sys.exit(main())
