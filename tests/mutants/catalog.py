"""The catalogue of mutants."""

from typing import Final

from tests.mutants import (
    code,
    commands,
    exchange_rates,
    feed,
    grants,
    posting,
    publisher,
    rules,
    webhooks,
)
from tests.mutants.mutant import Mutant

MUTANTS: Final[list[Mutant]] = [
    *rules.MUTANTS,
    *posting.MUTANTS,
    *feed.MUTANTS,
    *grants.MUTANTS,
    *code.MUTANTS,
    *exchange_rates.MUTANTS,
    *publisher.MUTANTS,
    *commands.MUTANTS,
    *webhooks.MUTANTS,
]
