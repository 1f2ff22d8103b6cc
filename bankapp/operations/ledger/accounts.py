"""Accounts and their entries."""

from bankapp.domain import errors, limits
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller
from bankapp.operations.fields import (
    Currency,
    Funds,
    Id,
    Kept,
    Movement,
    Page,
    PageRequest,
    RequestModel,
    ResponseModel,
    SomeUsername,
    Time,
    Username,
    page_of,
)
from bankapp.operations.operation import operation
from bankapp.store.engine.idempotency import Answer
from gen import enums, models


class Account(ResponseModel):
    """An account of a customer."""

    id: Id
    owner: Username
    currency: Currency
    balance: Funds
    available_balance: Funds
    status: enums.AccountStatus
    created_at: Time


class Entry(ResponseModel):
    """One side of a transfer, on one account."""

    id: Id
    account_id: Id
    transfer_id: Id
    amount: Movement
    balance_after: Funds
    created_at: Time


class OpenAccountRequest(RequestModel):
    currency: Currency


class GetAccountRequest(RequestModel):
    account_id: Id


class ListAccountsRequest(PageRequest):
    """`owner` is for bankers; the default is the caller."""

    owner: SomeUsername | None = None


class ListEntriesRequest(PageRequest):
    account_id: Id


@operation(
    idempotent=True,
    refuses=(errors.AccountExists, errors.TooManyAccounts),
    limits=(limits.ACCOUNT_OPENINGS,),
)
async def open_account(
    bank: Bank, caller: Caller, request: OpenAccountRequest, key: RequestKey | None
) -> Answer[Account | Kept]:
    """Open an account of one's own. A user has one account per currency that is not closed."""
    answer = await bank.store.accounts.open_once(
        caller.username,
        request.currency,
        key,
        lambda opened: Account.model_validate(opened).model_dump_json(),
        origin=caller.origin,
    )
    return Answer(Kept.model_validate_json(answer.result), answer.replayed_request_id)


@operation(refuses=(errors.NotFound,))
async def get_account(bank: Bank, caller: Caller, request: GetAccountRequest) -> Account:
    """Get an account. Its owner and bankers may see it."""
    return Account.model_validate(await visible_account(bank, caller, request.account_id))


@operation(refuses=(errors.NotFound,))
async def list_accounts(bank: Bank, caller: Caller, request: ListAccountsRequest) -> Page[Account]:
    """List the accounts of a user, newest first."""
    owner = caller.username if request.owner is None else request.owner
    if not caller.may_see(owner):
        raise errors.NotFound
    rows = await bank.store.read.accounts.list_accounts(
        owner=owner, before_id=request.cursor, row_count_max=request.row_count_max
    )
    return page_of(rows, request, item=Account.model_validate, position=lambda row: row.id)


@operation(refuses=(errors.NotFound,))
async def list_entries(bank: Bank, caller: Caller, request: ListEntriesRequest) -> Page[Entry]:
    """List the entries of an account, newest first."""
    await visible_account(bank, caller, request.account_id)
    rows = await bank.store.entries.list_page(
        request.account_id,
        before_transfer_id=request.cursor,
        row_count_max=request.row_count_max,
    )
    return page_of(rows, request, item=Entry.model_validate, position=lambda row: row.transfer_id)


@operation(role=Role.BANKER, refuses=(errors.NotFound, errors.AccountClosed))
async def freeze_account(bank: Bank, caller: Caller, request: GetAccountRequest) -> Account:
    """Freeze an account. No money moves in or out of it."""
    account = await bank.store.accounts.freeze(request.account_id, origin=caller.origin)
    return Account.model_validate(account)


@operation(role=Role.BANKER, refuses=(errors.NotFound, errors.AccountClosed))
async def thaw_account(bank: Bank, caller: Caller, request: GetAccountRequest) -> Account:
    """Thaw a frozen account."""
    account = await bank.store.accounts.thaw(request.account_id, origin=caller.origin)
    return Account.model_validate(account)


@operation(
    refuses=(errors.NotFound, errors.AccountClosed, errors.AccountFrozen, errors.AccountNotEmpty)
)
async def close_account(bank: Bank, caller: Caller, request: GetAccountRequest) -> Account:
    """Close an account for good. Its balance must be zero, and no open hold may name it.

    The owner may open another account in its currency.
    """
    await visible_account(bank, caller, request.account_id)
    account = await bank.store.accounts.close(request.account_id, origin=caller.origin)
    return Account.model_validate(account)


async def visible_account(bank: Bank, caller: Caller, account_id: int) -> models.CustomerAccount:
    """A customer's account that the caller may see.

    Raises NotFound both for an account that does not exist and for somebody else's.
    """
    account = await bank.store.accounts.get(account_id)
    if account is None or not caller.may_see(account.owner):
        raise errors.NotFound
    return account
