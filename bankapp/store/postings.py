"""Moving money: the steps around the one posting call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from bankapp.domain import errors
from bankapp.domain.money import Posting
from gen import models
from gen.queries import AsyncQueries
from gen.transfers import PostTransfersRow

REFUSALS: Final[dict[models.PostingRefusal, type[errors.Refusal]]] = {
    models.PostingRefusal.NOT_FOUND: errors.NotFound,
    models.PostingRefusal.SAME_ACCOUNT: errors.SameAccount,
    models.PostingRefusal.CURRENCY_MISMATCH: errors.CurrencyMismatch,
    models.PostingRefusal.ACCOUNT_FROZEN: errors.AccountFrozen,
    models.PostingRefusal.ACCOUNT_CLOSED: errors.AccountClosed,
    models.PostingRefusal.INSUFFICIENT_FUNDS: errors.InsufficientFunds,
    models.PostingRefusal.BALANCE_LIMIT_EXCEEDED: errors.BalanceLimitExceeded,
}


@dataclass(frozen=True, slots=True)
class Posted:
    """An accepted posting: the transfer, and both sides as they are after it."""

    transfer: models.Transfer
    from_account: models.Account
    from_entry: models.Entry
    to_entry: models.Entry


Outcome: TypeAlias = Posted | errors.Refusal


async def post(q: AsyncQueries, postings: Sequence[Posting]) -> list[Outcome]:
    """Post a batch in order, each item accepted or refused on its own, in one statement.

    Returns one outcome per posting, in their order.
    """
    rows = await q.transfers.post_transfers(
        kinds=[models.TransferKind(posting.kind) for posting in postings],
        from_account_ids=[posting.from_account_id for posting in postings],
        to_account_ids=[posting.to_account_id for posting in postings],
        amounts=[posting.amount for posting in postings],
        currencies=[posting.currency for posting in postings],
        descriptions=[posting.description for posting in postings],
        payers=[posting.payer for posting in postings],
    )
    return [_outcome(posting, row) for posting, row in zip(postings, rows, strict=True)]


def _outcome(posting: Posting, row: PostTransfersRow) -> Outcome:
    if row.refusal is not None:
        return REFUSALS[row.refusal]()
    assert row.transfer_id is not None
    assert row.from_account_id is not None
    assert row.to_account_id is not None
    assert row.from_balance is not None
    assert row.to_balance is not None
    assert row.from_opened_at is not None
    return Posted(
        transfer=models.Transfer(
            id=row.transfer_id,
            kind=models.TransferKind(posting.kind),
            from_account_id=row.from_account_id,
            to_account_id=row.to_account_id,
            amount=posting.amount,
            currency=posting.currency,
            description=posting.description,
            created_at=row.posted_at,
        ),
        from_account=models.Account(
            id=row.from_account_id,
            kind=models.AccountKind.CASH if row.from_owner is None else models.AccountKind.CUSTOMER,
            owner=row.from_owner,
            currency=posting.currency,
            balance=row.from_balance,
            status=models.AccountStatus.OPEN,  # else it had been refused
            created_at=row.from_opened_at,
        ),
        from_entry=models.Entry(
            id=2 * row.transfer_id,
            transfer_id=row.transfer_id,
            account_id=row.from_account_id,
            amount=-posting.amount,
            balance_after=row.from_balance,
            created_at=row.posted_at,
        ),
        to_entry=models.Entry(
            id=2 * row.transfer_id + 1,
            transfer_id=row.transfer_id,
            account_id=row.to_account_id,
            amount=posting.amount,
            balance_after=row.to_balance,
            created_at=row.posted_at,
        ),
    )
