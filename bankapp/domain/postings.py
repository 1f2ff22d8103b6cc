"""Postings: movements of money, and holds on it, in integer minor units."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from bankapp.domain import limits
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.origin import THE_BANK, Origin
from gen import enums

TransferKind: TypeAlias = enums.TransferKind
PostingKind: TypeAlias = enums.PostingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One item to be posted.

    The bank's cash account of the currency stands where `from_account_id` (a deposit) or
    `to_account_id` (a withdrawal) is None. `required_owner` is the user who must own the account,
    None where the bank itself acts; `origin` names the requester, who may be a banker. A reversal
    refers to its transfer by `reference_id`, a capture and a void to their hold: they take accounts
    and currency from it and, without an amount, all that is left.
    """

    kind: PostingKind
    from_account_id: int | None = None
    to_account_id: int | None = None
    amount: int | None = None
    currency: str | None = None
    description: str | None = None
    required_owner: str | None = None
    origin: Origin = THE_BANK
    reference_id: int | None = None
    lifetime: timedelta | None = None
    key: RequestKey | None = None

    def __post_init__(self) -> None:
        assert self.amount is None or 0 < self.amount <= limits.AMOUNT_MAX
