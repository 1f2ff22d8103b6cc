"""Transfers, cash over the counter, and reversals."""

from typing import Final

from bankapp.domain import errors, limits
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.postings import Posting, PostingKind, TransferKind
from bankapp.domain.roles import Role
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
    Username,
    page_of,
)
from bankapp.operations.ledger._posting import ACCOUNT_REFUSALS, post_transfer
from bankapp.operations.ledger.accounts import Entry, visible_account
from bankapp.operations.operation import operation, session_operation
from bankapp.store.engine.idempotency import Answer
from bankapp.store.ledger.outcomes import Posted
from gen import enums

_OWN_FAVOUR: Final = "Another banker must do that, because the account is your own."
POSTING_REFUSALS = (*ACCOUNT_REFUSALS, errors.CurrencyMismatch)


class Transfer(ResponseModel):
    """Money moved from one account to another."""

    id: Id
    from_account_id: Id
    to_account_id: Id
    amount: Amount
    currency: Currency
    kind: TransferKind
    reverses_transfer_id: Id | None
    description: str | None
    created_at: Time


class CreateTransferRequest(RequestModel):
    from_account_id: Id
    to_account_id: Id
    amount: Amount
    currency: Currency
    description: Description | None = None


class PayerAccount(ResponseModel):
    """The paying account as the transfer left it."""

    id: Id
    owner: Username
    currency: Currency
    balance: Funds
    available_balance: Funds
    status: enums.AccountStatus
    created_at: Time


class CreateTransferResponse(ResponseModel):
    """The transfer with the payer's account and entry, without the payee's balance."""

    transfer: Transfer
    from_account: PayerAccount
    from_entry: Entry


class CashRequest(RequestModel):
    """Cash that is paid in or out over the counter."""

    account_id: Id
    amount: Amount
    currency: Currency
    description: Description | None = None


class DepositRequest(CashRequest):
    """Cash that is paid in over the counter."""


class WithdrawalRequest(CashRequest):
    """Cash that is paid out over the counter."""


class ReverseTransferRequest(RequestModel):
    """`amount` defaults to all that has not been reversed."""

    transfer_id: Id
    amount: Amount | None = None


class GetTransferRequest(RequestModel):
    transfer_id: Id


class ListTransfersRequest(PageRequest):
    """`account_id` selects one account; the default is all the caller's accounts."""

    account_id: Id | None = None


@session_operation(
    idempotent=True,
    refuses=(*POSTING_REFUSALS, errors.SameAccount, errors.InsufficientFunds),
    limits=(limits.POSTINGS,),
    needs_verified_email=True,
)
async def create_transfer(
    bank: Bank, holder: SessionHolder, request: CreateTransferRequest, key: RequestKey | None
) -> Answer[CreateTransferResponse]:
    """Move money from an account of one's own to any account of the same currency."""
    return await post_transfer(bank, transfer_posting(holder, request, key), transfer_response)


@operation(idempotent=True, role=Role.BANKER, refuses=POSTING_REFUSALS)
async def create_deposit(
    bank: Bank, caller: Caller, request: DepositRequest, key: RequestKey | None
) -> Answer[Transfer]:
    """Deposit cash into an account, which is not the banker's own."""
    await _require_account_of_another(bank, caller, request.account_id)
    posting = Posting(
        kind=PostingKind.DEPOSIT,
        to_account_id=request.account_id,
        amount=request.amount,
        currency=request.currency,
        description=request.description,
        key=key,
        origin=caller.origin,
    )
    return await post_transfer(bank, posting, _made)


@operation(idempotent=True, role=Role.BANKER, refuses=(*POSTING_REFUSALS, errors.InsufficientFunds))
async def create_withdrawal(
    bank: Bank, caller: Caller, request: WithdrawalRequest, key: RequestKey | None
) -> Answer[Transfer]:
    """Withdraw cash from an account, which is not the banker's own."""
    await _require_account_of_another(bank, caller, request.account_id)
    posting = Posting(
        kind=PostingKind.WITHDRAWAL,
        from_account_id=request.account_id,
        amount=request.amount,
        currency=request.currency,
        description=request.description,
        key=key,
        origin=caller.origin,
    )
    return await post_transfer(bank, posting, _made)


@operation(
    idempotent=True,
    refuses=(
        *ACCOUNT_REFUSALS,
        errors.Forbidden,
        errors.NotReversible,
        errors.AlreadyReversed,
        errors.ReversalExceedsTransfer,
        errors.InsufficientFunds,
    ),
    limits=(limits.POSTINGS,),
    needs_verified_email=True,
)
async def reverse_transfer(
    bank: Bank, caller: Caller, request: ReverseTransferRequest, key: RequestKey | None
) -> Answer[Transfer]:
    """Reverse a transfer in whole or in part. The payee may, or a banker for the payee.

    The banker must not be the payer, to whom the money returns.
    """
    known = await bank.store.transfers.get(request.transfer_id)
    if known is None or not caller.may_see(known.from_owner, known.to_owner):
        raise errors.NotFound
    if not caller.may_see(known.to_owner):
        raise errors.Forbidden("Only the payee or the bank may pay a transfer back.")
    if caller.username == known.from_owner != known.to_owner:
        raise errors.Forbidden(_OWN_FAVOUR)
    posting = Posting(
        kind=PostingKind.REVERSAL,
        reference_id=request.transfer_id,
        amount=request.amount,
        required_owner=None if caller.is_banker() else caller.username,
        key=key,
        origin=caller.origin,
    )
    return await post_transfer(bank, posting, _made)


@operation(refuses=(errors.NotFound,))
async def get_transfer(bank: Bank, caller: Caller, request: GetTransferRequest) -> Transfer:
    """Get a transfer. The owners of its accounts and bankers may see it."""
    row = await bank.store.transfers.get(request.transfer_id)
    if row is None or not caller.may_see(row.from_owner, row.to_owner):
        raise errors.NotFound
    return Transfer.model_validate(row.transfer)


@operation(refuses=(errors.NotFound,))
async def list_transfers(
    bank: Bank, caller: Caller, request: ListTransfersRequest
) -> Page[Transfer]:
    """List the transfers of one account, or of all one's own accounts, newest first."""
    if request.account_id is None:
        rows = await bank.store.read.transfers.list_owner_transfers(
            owner=caller.username, before_id=request.cursor, row_count_max=request.row_count_max
        )
    else:
        await visible_account(bank, caller, request.account_id)
        rows = await bank.store.read.transfers.list_account_transfers(
            account_id=request.account_id,
            before_id=request.cursor,
            row_count_max=request.row_count_max,
        )
    return page_of(rows, request, item=Transfer.model_validate, position=lambda row: row.id)


def transfer_posting(
    holder: SessionHolder, request: CreateTransferRequest, key: RequestKey | None
) -> Posting:
    """The posting of a transfer by the holder of a session."""
    return Posting(
        kind=PostingKind.TRANSFER,
        from_account_id=request.from_account_id,
        to_account_id=request.to_account_id,
        amount=request.amount,
        currency=request.currency,
        description=request.description,
        required_owner=holder.username,
        key=key,
        origin=holder.origin,
    )


async def _require_account_of_another(bank: Bank, caller: Caller, account_id: int) -> None:
    account = await bank.store.accounts.get(account_id)
    if account is not None and account.owner == caller.username:
        raise errors.Forbidden(_OWN_FAVOUR)


def _made(posted: Posted) -> Transfer:
    return Transfer.model_validate(posted.transfer)


def transfer_response(posted: Posted) -> CreateTransferResponse:
    """The response to the payer of a transfer."""
    return CreateTransferResponse.model_validate(posted)
