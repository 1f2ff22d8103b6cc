"""The rows that every way reads and inserts."""

import datetime
from dataclasses import dataclass


@dataclass(slots=True)
class Payment:
    """A row of the hand-written ways."""

    id: int
    account_id: int
    amount: int
    currency: str
    description: str | None
    created_at: datetime.datetime


@dataclass(slots=True)
class Draft:
    """A row to insert; each way reads its attributes."""

    account_id: int
    amount: int
    currency: str
    description: str | None
    created_at: datetime.datetime


NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)
DRAFTS = [
    Draft(n % 1000, n * 7919, "USD", f"draft {n}" if n % 4 else None, NOW) for n in range(1000)
]
