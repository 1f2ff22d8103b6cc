"""Money to be moved or held, in integer minor units."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from bankapp.domain import limits
from bankapp.domain.audit import THE_BANK, Origin
from gen import enums

TransferKind: TypeAlias = enums.TransferKind
PostingKind: TypeAlias = enums.PostingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """What tells that a request is an earlier one sent again.

    `scope` is the user who asks; `request_hash` is 32 bytes that differ where the requests do.
    """

    scope: str
    key: str
    request_hash: bytes
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One item to be posted.

    The bank's cash account of the currency stands where `from_account_id` (a deposit) or
    `to_account_id` (a withdrawal) is None. `actor` is the user whose account it must be; None where
    the bank itself acts. `origin` is noted: who asked for it, a banker too. A reversal refers to
    its transfer by `reference_id`, a capture and a void to their hold: accounts and currency are
    those, and without an amount it is all that is left.
    """

    kind: PostingKind
    from_account_id: int | None = None
    to_account_id: int | None = None
    amount: int | None = None
    currency: str | None = None
    description: str | None = None
    actor: str | None = None
    origin: Origin = THE_BANK
    reference_id: int | None = None
    lifetime: timedelta | None = None
    key: RequestKey | None = None

    def __post_init__(self) -> None:
        assert self.amount is None or 0 < self.amount <= limits.AMOUNT_MAX
