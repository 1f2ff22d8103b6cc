"""The outcomes of postings: money that was moved or held, or a refusal.

The classes have the fields that the posting call gives, not the columns of the tables: a column
that a migration adds is in an outcome once the posting call gives it, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bankapp.domain import errors
from bankapp.domain.postings import Posting, PostingKind
from gen import enums
from gen.transfers import PostTransfersRow


@dataclass(slots=True)
class PostedTransfer:
    """A transfer as it was posted."""

    id: int
    kind: enums.TransferKind
    from_account_id: int
    to_account_id: int
    amount: int
    currency: str
    description: str | None
    created_at: datetime
    reverses_transfer_id: int | None
    captures_hold_id: int | None
    asked_by: str | None
    request_id: str | None


@dataclass(slots=True)
class PayerEntry:
    """The entry of a transfer on the paying account."""

    id: int
    transfer_id: int
    account_id: int
    amount: int
    balance_after: int
    created_at: datetime


@dataclass(slots=True)
class PayerAccount:
    """The paying account as a transfer left it."""

    id: int
    owner: str
    currency: str
    balance: int
    available_balance: int
    status: enums.AccountStatus
    created_at: datetime


@dataclass(slots=True)
class PostedHold:
    """A hold as a hold, a capture or a void left it."""

    id: int
    from_account_id: int
    to_account_id: int
    amount: int
    captured_amount: int
    currency: str
    status: enums.CurrentHoldStatus
    description: str | None
    expires_at: datetime
    created_at: datetime
    closed_at: datetime | None
    asked_by: str | None
    request_id: str | None
    voided_by: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """Money that is held or no longer held."""

    hold: PostedHold
    replayed_request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """Money that moved: the transfer, and the payer's side as it is after it.

    `from_account` is None where the bank itself pays. `hold` is the captured hold.
    `replayed_request_id` is the id of the request whose answer is given again.
    """

    transfer: PostedTransfer
    from_account: PayerAccount | None
    from_entry: PayerEntry
    hold: PostedHold | None = None
    replayed_request_id: str | None = None


Outcome: TypeAlias = Posted | Held | errors.Refusal


def request_id_of(posting: Posting) -> str | None:
    """The request that the posting belongs to."""
    return posting.origin.request_id if posting.key is None else posting.key.request_id


def outcomes_of(postings: Sequence[Posting], rows: Sequence[PostTransfersRow]) -> list[Outcome]:
    """The outcome of each posting."""
    return [outcome_of(posting, row) for posting, row in zip(postings, rows, strict=True)]


def outcome_of(posting: Posting, row: PostTransfersRow) -> Outcome:
    """The outcome of a posting, from its row."""
    if row.refusal is not None:
        refusal = errors.REFUSALS[row.refusal]()
        refusal.replayed_request_id = row.replayed_request_id
        return refusal
    hold = None if row.hold_id is None else _hold(posting, row)
    if row.transfer_id is not None:
        return _posted(posting, row, hold)
    assert hold is not None
    return Held(hold, row.replayed_request_id)


def _hold(posting: Posting, row: PostTransfersRow) -> PostedHold:
    assert row.hold_id is not None
    assert row.from_account_id is not None
    assert row.to_account_id is not None
    assert row.hold_amount is not None
    assert row.hold_captured_amount is not None
    assert row.currency is not None
    assert row.hold_expires_at is not None
    assert row.hold_created_at is not None
    status = enums.CurrentHoldStatus.OPEN
    if posting.kind is PostingKind.VOID:
        status = enums.CurrentHoldStatus.VOIDED
    elif row.hold_captured_amount == row.hold_amount:
        status = enums.CurrentHoldStatus.CAPTURED
    return PostedHold(
        id=row.hold_id,
        from_account_id=row.from_account_id,
        to_account_id=row.to_account_id,
        amount=row.hold_amount,
        captured_amount=row.hold_captured_amount,
        currency=row.currency,
        status=status,
        description=row.hold_description,
        expires_at=row.hold_expires_at,
        created_at=row.hold_created_at,
        closed_at=row.hold_closed_at,
        asked_by=row.hold_asked_by,
        request_id=row.hold_request_id,
        voided_by=row.hold_voided_by,
    )


def _posted(posting: Posting, row: PostTransfersRow, hold: PostedHold | None) -> Posted:
    assert row.transfer_id is not None
    assert row.from_account_id is not None
    assert row.to_account_id is not None
    assert row.amount is not None
    assert row.currency is not None
    assert row.posted_at is not None
    assert row.from_balance is not None
    is_reversal = posting.kind is PostingKind.REVERSAL
    return Posted(
        transfer=PostedTransfer(
            id=row.transfer_id,
            kind=enums.TransferKind(posting.kind),
            from_account_id=row.from_account_id,
            to_account_id=row.to_account_id,
            amount=row.amount,
            currency=row.currency,
            description=posting.description,
            created_at=row.posted_at,
            reverses_transfer_id=posting.reference_id if is_reversal else None,
            captures_hold_id=row.hold_id,
            asked_by=posting.origin.actor,
            request_id=row.replayed_request_id or request_id_of(posting),
        ),
        from_account=None if row.from_owner is None else _from_account(row, row.from_owner),
        from_entry=PayerEntry(
            id=2 * row.transfer_id,
            transfer_id=row.transfer_id,
            account_id=row.from_account_id,
            amount=-row.amount,
            balance_after=row.from_balance,
            created_at=row.posted_at,
        ),
        hold=hold,
        replayed_request_id=row.replayed_request_id,
    )


def _from_account(row: PostTransfersRow, owner: str) -> PayerAccount:
    assert row.from_account_id is not None
    assert row.currency is not None
    assert row.from_balance is not None
    assert row.from_available_balance is not None
    assert row.from_opened_at is not None
    return PayerAccount(
        id=row.from_account_id,
        owner=owner,
        currency=row.currency,
        balance=row.from_balance,
        available_balance=row.from_available_balance,
        status=enums.AccountStatus.OPEN,  # any other is refused
        created_at=row.from_opened_at,
    )
