"""Cases of accounts, transfers and holds."""

from typing import Final

from tests.doors.cases.ledger import accounts, holds, transfers

CASES: Final = (*accounts.CASES, *transfers.CASES, *holds.CASES)
