"""Accounts: opening them, and the states they go through."""

from bankapp.domain import errors
from gen import models
from gen.accounts import UpdateAccountStatusRow
from gen.queries import AsyncQueries


async def freeze(q: AsyncQueries, account_id: int) -> UpdateAccountStatusRow:
    """Nothing moves in or out of it any more.

    Raises NotFound, AccountClosed.
    """
    await _lock(q, account_id)
    return await _become(q, account_id, models.AccountStatus.FROZEN)


async def thaw(q: AsyncQueries, account_id: int) -> UpdateAccountStatusRow:
    """Take a freeze back.

    Raises NotFound, AccountClosed.
    """
    await _lock(q, account_id)
    return await _become(q, account_id, models.AccountStatus.OPEN)


async def close(q: AsyncQueries, account_id: int) -> UpdateAccountStatusRow:
    """Close it for good.

    Raises NotFound, AccountClosed, AccountFrozen, AccountNotEmpty.
    """
    account = await _lock(q, account_id)
    if account.status is models.AccountStatus.FROZEN:
        raise errors.AccountFrozen
    if account.balance != 0:
        raise errors.AccountNotEmpty  # and what holds nothing has nothing that could be held
    return await _become(q, account_id, models.AccountStatus.CLOSED)


async def _lock(q: AsyncQueries, account_id: int) -> models.Account:
    account = await q.accounts.lock_account(id=account_id)
    if account is None or account.kind is models.AccountKind.CASH:
        raise errors.NotFound
    if account.status is models.AccountStatus.CLOSED:
        raise errors.AccountClosed
    return account


async def _become(
    q: AsyncQueries, account_id: int, status: models.AccountStatus
) -> UpdateAccountStatusRow:
    return await q.accounts.update_account_status(id=account_id, status=status)
