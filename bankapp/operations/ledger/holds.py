"""Holds: money reserved for a payee, then captured or voided."""

from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from bankapp.domain import errors, limits
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.postings import Posting, PostingKind
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller, SessionHolder
from bankapp.operations.fields import (
    Amount,
    Currency,
    Description,
    Funds,
    Id,
    Page,
    PageRequest,
    RequestModel,
    ResponseModel,
    Time,
    page_of,
)
from bankapp.operations.ledger._posting import ACCOUNT_REFUSALS, post_hold, post_transfer
from bankapp.operations.ledger.transfers import Transfer
from bankapp.operations.operation import operation, session_operation
from bankapp.store.engine.idempotency import Answer
from bankapp.store.ledger.outcomes import Held

Lifetime = Annotated[int, Field(strict=True, ge=1, le=limits.HOLD_LIFETIME_MAX_S)]
# A test compares it with SQL. The enum itself would become a schema of its own for clients.
HoldStatus: TypeAlias = Literal["open", "captured", "voided", "expired"]


class Hold(ResponseModel):
    """Money of one account that is reserved for another."""

    id: Id
    from_account_id: Id
    to_account_id: Id
    amount: Amount
    captured_amount: Funds
    currency: Currency
    status: HoldStatus
    expires_at: Time
    description: str | None
    created_at: Time


class CreateHoldRequest(RequestModel):
    from_account_id: Id
    to_account_id: Id
    amount: Amount
    currency: Currency
    expires_in_s: Lifetime = limits.HOLD_LIFETIME_DEFAULT_S
    description: Description | None = None


class GetHoldRequest(RequestModel):
    hold_id: Id


class CaptureHoldRequest(RequestModel):
    """`amount` defaults to all that is left. After a smaller one the hold stays open."""

    hold_id: Id
    amount: Amount | None = None


class CaptureHoldResponse(ResponseModel):
    """The hold after the capture, and the transfer that the capture made."""

    hold: Hold
    transfer: Transfer


@session_operation(
    idempotent=True,
    refuses=(
        *ACCOUNT_REFUSALS,
        errors.SameAccount,
        errors.CurrencyMismatch,
        errors.InsufficientFunds,
    ),
    limits=(limits.POSTINGS,),
    needs_verified_email=True,
)
async def create_hold(
    bank: Bank, holder: SessionHolder, request: CreateHoldRequest, key: RequestKey | None
) -> Answer[Hold]:
    """Hold money of one's own account for another account. It cannot be spent otherwise."""
    posting = Posting(
        kind=PostingKind.HOLD,
        from_account_id=request.from_account_id,
        to_account_id=request.to_account_id,
        amount=request.amount,
        currency=request.currency,
        description=request.description,
        required_owner=holder.username,
        lifetime=timedelta(seconds=request.expires_in_s),
        key=key,
        origin=holder.origin,
    )
    return await post_hold(bank, posting, _as_it_is)


@operation(refuses=(errors.NotFound,))
async def get_hold(bank: Bank, caller: Caller, request: GetHoldRequest) -> Hold:
    """Get a hold. The owners of its accounts and bankers may see it."""
    row = await bank.store.read.holds.get_hold(id=request.hold_id)
    if row is None or not caller.may_see(row.from_owner, row.to_owner):
        raise errors.NotFound
    return Hold.model_validate(row.current_hold)


@operation()
async def list_holds(bank: Bank, caller: Caller, request: PageRequest) -> Page[Hold]:
    """List the holds on one's own accounts and those for them, newest first."""
    rows = await bank.store.read.holds.list_owner_holds(
        owner=caller.username, before_id=request.cursor, row_count_max=request.row_count_max
    )
    return page_of(rows, request, item=Hold.model_validate, position=lambda row: row.id)


@operation(
    idempotent=True,
    refuses=(
        *ACCOUNT_REFUSALS,
        errors.Forbidden,
        errors.HoldNotOpen,
        errors.CaptureExceedsHold,
    ),
    limits=(limits.POSTINGS,),
)
async def capture_hold(
    bank: Bank, caller: Caller, request: CaptureHoldRequest, key: RequestKey | None
) -> Answer[CaptureHoldResponse]:
    """Capture a hold in whole or in part. The payee may, or a banker for the payee."""
    row = await bank.store.read.holds.get_hold(id=request.hold_id)
    if row is None or not caller.may_see(row.from_owner, row.to_owner):
        raise errors.NotFound
    if not caller.may_see(row.to_owner):
        raise errors.Forbidden("Only the payee or the bank may capture a hold.")
    posting = Posting(
        kind=PostingKind.CAPTURE,
        reference_id=request.hold_id,
        amount=request.amount,
        required_owner=None if caller.is_banker() else caller.username,
        key=key,
        origin=caller.origin,
    )
    return await post_transfer(bank, posting, CaptureHoldResponse.model_validate)


@operation(
    idempotent=True, refuses=(errors.NotFound, errors.HoldNotOpen), limits=(limits.POSTINGS,)
)
async def void_hold(
    bank: Bank, caller: Caller, request: GetHoldRequest, key: RequestKey | None
) -> Answer[Hold]:
    """Void a hold: release what is left of it. Its payer, its payee and bankers may."""
    posting = Posting(
        kind=PostingKind.VOID,
        reference_id=request.hold_id,
        required_owner=None if caller.is_banker() else caller.username,
        key=key,
        origin=caller.origin,
    )
    return await post_hold(bank, posting, _as_it_is)


def _as_it_is(held: Held) -> Hold:
    return Hold.model_validate(held.hold)
