"""Money to be moved, in integer minor units."""

from dataclasses import dataclass
from enum import StrEnum

from bankapp.domain import limits


class TransferKind(StrEnum):
    """Why money moves."""

    TRANSFER = "transfer"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One movement of money to be posted.

    The bank's cash account of the currency stands where `from_account_id` (a deposit) or
    `to_account_id` (a withdrawal) is None. `payer` is who must own the paying account; None where
    the bank itself acts.
    """

    kind: TransferKind
    from_account_id: int | None
    to_account_id: int | None
    amount: int
    currency: str
    description: str | None
    payer: str | None

    def __post_init__(self) -> None:
        assert 0 < self.amount <= limits.AMOUNT_MAX
        assert (self.from_account_id is None) == (self.kind is TransferKind.DEPOSIT)
        assert (self.to_account_id is None) == (self.kind is TransferKind.WITHDRAWAL)
        assert (self.payer is None) == (self.kind is not TransferKind.TRANSFER)
