"""Cases of accounts, transfers, holds and exchange rates."""

from typing import Final

from tests.doors.cases.ledger import accounts, exchange_rates, holds, transfers

CASES: Final = (*accounts.CASES, *transfers.CASES, *holds.CASES, *exchange_rates.CASES)
