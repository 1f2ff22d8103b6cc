"""python -m tests.mutants: break the ledger in one way at a time; a test must fail each time.

Exits with 1 if a mutant survives.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.mutants.catalog import MUTANTS
from tests.mutants.mutant import CodeMutant, Mutant, SqlMutant
from tests.mutants.trial import Verdict, try_code, try_databases


def main() -> int:
    """Try the mutants; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("parts", nargs="*", default=[""], help="parts of the names of mutants")
    wanted: list[str] = parser.parse_args().parts
    mutants = [mutant for mutant in MUTANTS if any(part in mutant.name for part in wanted)]
    for part in wanted:
        if not any(part in mutant.name for mutant in mutants):
            print(*(mutant.name for mutant in MUTANTS), sep="\n")
            print(f"no mutant has {part!r} in its name; the names are above", file=sys.stderr)
            return 2
    return _try(mutants)


def _try(mutants: list[Mutant]) -> int:
    started = time.monotonic()
    of_databases = [mutant for mutant in mutants if isinstance(mutant, SqlMutant)]
    of_code = [mutant for mutant in mutants if isinstance(mutant, CodeMutant)]
    control, verdicts = try_databases(of_databases, " ".join(_files(mutants)))
    if control is not Verdict.SURVIVED:
        print("the tests fail though nothing is broken")
        return 1
    for mutant, verdict in zip(of_databases, verdicts, strict=True):
        _tell(mutant, verdict)
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        verdicts += executor.map(_try_code, of_code)
    killed_count = verdicts.count(Verdict.KILLED)
    print(f"{killed_count} of {len(mutants)} killed in {time.monotonic() - started:.0f} s")
    return 0 if killed_count == len(mutants) else 1


def _files(mutants: list[Mutant]) -> list[str]:
    return sorted({file for mutant in mutants for file in mutant.files})


def _try_code(mutant: CodeMutant) -> Verdict:
    verdict = try_code(mutant)
    _tell(mutant, verdict)
    return verdict


def _tell(mutant: Mutant, verdict: Verdict) -> None:
    where = "" if verdict is Verdict.KILLED else f" ({mutant.tests})"
    print(f"{verdict.value}: {mutant.name}{where}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
