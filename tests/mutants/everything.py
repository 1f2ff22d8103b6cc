"""Every mutant there is."""

from typing import Final

from tests.mutants import code, posting, rights, rules
from tests.mutants.mutant import Mutant

MUTANTS: Final[list[Mutant]] = [
    *rules.MUTANTS,
    *posting.MUTANTS,
    *rights.MUTANTS,
    *code.MUTANTS,
]
