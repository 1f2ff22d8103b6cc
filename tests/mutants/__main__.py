"""python -m tests.mutants: break the ledger in one way at a time; some test must notice each time.

Arguments narrow it to the mutants whose names contain one of them. Exits with 1 when one survives.
"""

import os
import shlex
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.mutants.everything import MUTANTS
from tests.mutants.mutant import Mutant
from tests.mutants.trial import ALL_TIMEOUT_S, Verdict, copied_tree, run_tests, try_mutant


def main() -> int:
    """Try them all, as many at once as there are cores."""
    wanted = sys.argv[1:] or [""]
    mutants = [mutant for mutant in MUTANTS if any(part in mutant.name for part in wanted)]
    started = time.monotonic()
    if not _pass_unbroken(mutants):
        return 1
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        verdicts = [*executor.map(_try, mutants)]
    seen_count = verdicts.count(Verdict.SEEN)
    print(f"{seen_count} of {len(mutants)} seen, {time.monotonic() - started:.0f} s")
    return 0 if seen_count == len(mutants) else 1


def _pass_unbroken(mutants: list[Mutant]) -> bool:
    """Whether the tests pass on the tree as it is: else their failures would say nothing."""
    files = {part for mutant in mutants for part in shlex.split(mutant.tests) if "/" in part}
    with copied_tree() as tree:
        code, output = run_tests(tree, "-n", "auto", *sorted(files), timeout_s=ALL_TIMEOUT_S)
    if code != 0:
        print(f"{output}\nthe tests fail without a mutant")
    return code == 0


def _try(mutant: Mutant) -> Verdict:
    verdict, output = try_mutant(mutant)
    print(f"{verdict.value}: {mutant.name}", flush=True)
    if verdict is Verdict.BROKEN:
        print(output, flush=True)
    elif verdict is Verdict.SURVIVED:
        print(f"    {mutant.tests}", flush=True)
    return verdict


if __name__ == "__main__":
    sys.exit(main())
