"""Moving money, and looking at how it moved."""

from bankapp.domain import errors
from bankapp.domain.money import Posting, PostingKind, RequestKey, TransferKind
from bankapp.domain.roles import Role
from bankapp.operations.fields import (
    Amount,
    BodyId,
    Currency,
    Description,
    Page,
    PageRequest,
    PathId,
    RequestModel,
    ResponseModel,
    Time,
    page_of,
)
from bankapp.operations.ledger._posting import ACCOUNT_REFUSALS, post_transfer
from bankapp.operations.ledger.accounts import Account, Entry, visible_account
from bankapp.operations.operation import Bank, Caller, operation
from bankapp.store.ledger.postings import Posted

POSTING_REFUSALS = (*ACCOUNT_REFUSALS, errors.CurrencyMismatch)


class Transfer(ResponseModel):
    """Money moved from one account to another."""

    id: BodyId
    from_account_id: BodyId
    to_account_id: BodyId
    amount: Amount
    currency: Currency
    kind: TransferKind
    reverses_transfer_id: BodyId | None = None
    description: str | None
    created_at: Time


class CreateTransferRequest(RequestModel):
    from_account_id: BodyId
    to_account_id: BodyId
    amount: Amount
    currency: Currency
    description: Description | None = None


class CreateTransferResponse(ResponseModel):
    """The transfer and the payer's side of it; nothing about the payee's balance."""

    transfer: Transfer
    from_account: Account
    from_entry: Entry


class CashRequest(RequestModel):
    """Money brought to the bank or taken away, over the counter."""

    account_id: PathId
    amount: Amount
    currency: Currency
    description: Description | None = None


# Two classes, for a request's key tells its class.
class DepositRequest(CashRequest):
    """Money brought to the bank, over the counter."""


class WithdrawalRequest(CashRequest):
    """Money taken away, over the counter."""


class ReverseTransferRequest(RequestModel):
    """Without an amount, all that has not been reversed."""

    transfer_id: PathId
    amount: Amount | None = None


class GetTransferRequest(RequestModel):
    transfer_id: PathId


class ListTransfersRequest(PageRequest):
    """Without `account_id`, the transfers of all the caller's accounts."""

    account_id: PathId | None = None


@operation(
    refuses=(*POSTING_REFUSALS, errors.SameAccount, errors.InsufficientFunds),
    needs_verified_email=True,
    checks_session=True,
)
async def create_transfer(
    bank: Bank, caller: Caller, request: CreateTransferRequest
) -> CreateTransferResponse:
    """Move money from an account of one's own to any account of the same currency."""
    posting = transfer_posting(caller, request, caller.key_for(request))
    return transfer_response(await post_transfer(bank, caller, posting))


@operation(role=Role.BANKER, refuses=POSTING_REFUSALS)
async def create_deposit(bank: Bank, caller: Caller, request: DepositRequest) -> Transfer:
    """Pay cash into an account."""
    posting = Posting(
        kind=PostingKind.DEPOSIT,
        to_account_id=request.account_id,
        amount=request.amount,
        currency=request.currency,
        description=request.description,
        key=caller.key_for(request),
        origin=caller.origin,
    )
    return Transfer.model_validate((await post_transfer(bank, caller, posting)).transfer)


@operation(role=Role.BANKER, refuses=(*POSTING_REFUSALS, errors.InsufficientFunds))
async def create_withdrawal(bank: Bank, caller: Caller, request: WithdrawalRequest) -> Transfer:
    """Pay cash out of an account."""
    posting = Posting(
        kind=PostingKind.WITHDRAWAL,
        from_account_id=request.account_id,
        amount=request.amount,
        currency=request.currency,
        description=request.description,
        key=caller.key_for(request),
        origin=caller.origin,
    )
    return Transfer.model_validate((await post_transfer(bank, caller, posting)).transfer)


@operation(
    refuses=(
        *ACCOUNT_REFUSALS,
        errors.Forbidden,
        errors.NotReversible,
        errors.AlreadyReversed,
        errors.ReversalExceedsTransfer,
        errors.InsufficientFunds,
    )
)
async def reverse_transfer(bank: Bank, caller: Caller, request: ReverseTransferRequest) -> Transfer:
    """Pay back a transfer or a part of it: the payee to the payer, or the bank for the payee."""
    known = await bank.store.get_transfer(request.transfer_id)
    if known is None or not caller.may_see(known.from_owner, known.to_owner):
        raise errors.NotFound
    if not caller.may_see(known.to_owner):
        raise errors.Forbidden
    posting = Posting(
        kind=PostingKind.REVERSAL,
        reference_id=request.transfer_id,
        amount=request.amount,
        actor=None if caller.is_banker() else caller.username,
        key=caller.key_for(request),
        origin=caller.origin,
    )
    return Transfer.model_validate((await post_transfer(bank, caller, posting)).transfer)


@operation(refuses=(errors.NotFound,))
async def get_transfer(bank: Bank, caller: Caller, request: GetTransferRequest) -> Transfer:
    """A transfer, for either side and for bankers."""
    row = await bank.store.get_transfer(request.transfer_id)
    if row is None or not caller.may_see(row.from_owner, row.to_owner):
        raise errors.NotFound
    return Transfer.model_validate(row.transfer)


@operation(refuses=(errors.NotFound,))
async def list_transfers(
    bank: Bank, caller: Caller, request: ListTransfersRequest
) -> Page[Transfer]:
    """Transfers of one account, or of all one's own, newest first."""
    if request.account_id is None:
        rows = await bank.store.list_owner_transfers(
            caller.username, before_id=request.cursor, row_count_max=request.row_count_max
        )
    else:
        await visible_account(bank, caller, request.account_id)
        rows = await bank.store.list_account_transfers(
            request.account_id, before_id=request.cursor, row_count_max=request.row_count_max
        )
    return page_of(rows, request, item=Transfer.model_validate, position=lambda row: row.id)


def transfer_posting(
    caller: Caller, request: CreateTransferRequest, key: RequestKey | None
) -> Posting:
    """The posting of a transfer by the caller."""
    return Posting(
        kind=PostingKind.TRANSFER,
        from_account_id=request.from_account_id,
        to_account_id=request.to_account_id,
        amount=request.amount,
        currency=request.currency,
        description=request.description,
        actor=caller.username,
        key=key,
        origin=caller.origin,
    )


def transfer_response(posted: Posted) -> CreateTransferResponse:
    """What the payer is told of a transfer."""
    return CreateTransferResponse.model_validate(
        {
            "transfer": posted.transfer,
            "from_account": Account.from_row(posted.from_account, posted.available_balance),
            "from_entry": posted.from_entry,
        }
    )
