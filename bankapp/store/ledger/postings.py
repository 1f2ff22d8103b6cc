"""Moving and holding money: the steps around the one posting call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bankapp.domain import errors, limits
from bankapp.domain.money import Posting, PostingKind
from gen import enums, models
from gen.queries import AsyncQueries
from gen.transfers import PostTransfersParams, PostTransfersRow


@dataclass(frozen=True, slots=True)
class Held:
    """A hold as a hold, a capture or a void left it."""

    hold: models.Hold
    replayed_request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """Money that moved: the transfer, and the payer's side as it is after it.

    `hold` is what was captured. `replayed_request_id` is that of the request which was first
    answered so.
    """

    transfer: models.Transfer
    from_account: models.Account
    available_balance: int
    from_entry: models.Entry
    hold: models.Hold | None = None
    replayed_request_id: str | None = None


Outcome: TypeAlias = Posted | Held | errors.Refusal


async def post(
    q: AsyncQueries,
    postings: Sequence[Posting],
    *,
    is_atomic: bool = False,
    lock_timeout_s: float = limits.LOCK_TIMEOUT_S,
) -> list[PostTransfersRow]:
    """Post a batch in order and in one statement, each item accepted or refused on its own.

    With `is_atomic` all are accepted or none is. Returns one row per posting, in their order.
    """
    given = parameters(postings, is_atomic=is_atomic, lock_timeout_s=lock_timeout_s)
    return await q.transfers.post_transfers(given)


def key_of(posting: Posting) -> tuple[str, str] | None:
    """What two postings of one batch must not share."""
    return None if posting.key is None else (posting.key.scope, posting.key.key)


def parameters(
    postings: Sequence[Posting],
    *,
    is_atomic: bool = False,
    lock_timeout_s: float = limits.LOCK_TIMEOUT_S,
) -> PostTransfersParams:
    """The postings as the posting call takes them: item n is element n of every array."""
    keys = [posting.key for posting in postings]
    return PostTransfersParams(
        kinds=[posting.kind for posting in postings],
        from_account_ids=[posting.from_account_id for posting in postings],
        to_account_ids=[posting.to_account_id for posting in postings],
        amounts=[posting.amount for posting in postings],
        currencies=[posting.currency for posting in postings],
        descriptions=[posting.description for posting in postings],
        actors=[posting.actor for posting in postings],
        askers=[posting.origin.actor for posting in postings],
        reference_ids=[posting.reference_id for posting in postings],
        lifetimes=[posting.lifetime for posting in postings],
        scopes=[None if key is None else key.scope for key in keys],
        keys=[None if key is None else key.key for key in keys],
        request_hashes=[None if key is None else key.request_hash for key in keys],
        request_ids=[_request_id(posting) for posting in postings],
        is_atomic=is_atomic,
        session_ids=[posting.origin.session_id for posting in postings],
        lock_timeout=f"{round(lock_timeout_s * 1000)}ms",
    )


def _request_id(posting: Posting) -> str | None:
    return posting.origin.request_id if posting.key is None else posting.key.request_id


def outcomes_of(postings: Sequence[Posting], rows: Sequence[PostTransfersRow]) -> list[Outcome]:
    """What has come of each posting."""
    return [outcome_of(posting, row) for posting, row in zip(postings, rows, strict=True)]


def outcome_of(posting: Posting, row: PostTransfersRow) -> Outcome:
    """What has come of a posting, by its row."""
    if row.refusal is not None:
        refusal = errors.REFUSALS[row.refusal]()
        refusal.replayed_request_id = row.replayed_request_id
        return refusal
    hold = None if row.hold_id is None else _hold(posting, row)
    if row.transfer_id is not None:
        return _posted(posting, row, hold)
    assert hold is not None
    return Held(hold, row.replayed_request_id)


def _hold(posting: Posting, row: PostTransfersRow) -> models.Hold:
    assert row.hold_id is not None
    assert row.from_account_id is not None
    assert row.to_account_id is not None
    assert row.hold_amount is not None
    assert row.hold_captured_amount is not None
    assert row.currency is not None
    assert row.hold_expires_at is not None
    assert row.hold_created_at is not None
    status = enums.HoldStatus.OPEN
    if posting.kind is PostingKind.VOID:
        status = enums.HoldStatus.VOIDED
    elif row.hold_captured_amount == row.hold_amount:
        status = enums.HoldStatus.CAPTURED
    return models.Hold(
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


def _posted(posting: Posting, row: PostTransfersRow, hold: models.Hold | None) -> Posted:
    assert row.transfer_id is not None
    assert row.from_account_id is not None
    assert row.to_account_id is not None
    assert row.amount is not None
    assert row.currency is not None
    assert row.posted_at is not None
    assert row.from_balance is not None
    assert row.from_available_balance is not None
    assert row.from_opened_at is not None
    is_reversal = posting.kind is PostingKind.REVERSAL
    return Posted(
        transfer=models.Transfer(
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
            request_id=row.replayed_request_id or _request_id(posting),
        ),
        from_account=models.Account(
            id=row.from_account_id,
            kind=enums.AccountKind.CASH if row.from_owner is None else enums.AccountKind.CUSTOMER,
            owner=row.from_owner,
            currency=row.currency,
            balance=row.from_balance,
            status=enums.AccountStatus.OPEN,  # else it had been refused
            created_at=row.from_opened_at,
        ),
        available_balance=row.from_available_balance,
        from_entry=models.Entry(
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
