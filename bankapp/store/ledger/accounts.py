"""Accounts: opening them, and the states they go through."""

from typing import TypeAlias

from bankapp.domain import errors, events
from bankapp.domain.audit import Origin
from bankapp.store.events import audit
from gen import enums, models
from gen.accounts import ListAccountsByIdRow, UpdateAccountStatusRow
from gen.queries import AsyncQueries

AccountRow: TypeAlias = ListAccountsByIdRow


async def open_account(
    q: AsyncQueries, owner: str, currency: str, origin: Origin
) -> models.Account:
    """Raises AccountExists, and ValidationFailed for a currency the bank does not have."""
    account = await q.accounts.insert_account(owner=owner, currency=currency)
    opened = events.AccountOpened(account_id=account.id, owner=owner, currency=currency)
    await audit.record(q, origin, opened)
    return account


async def freeze(q: AsyncQueries, account_id: int, origin: Origin) -> UpdateAccountStatusRow:
    """Let nothing move in or out of it any more.

    Raises NotFound, AccountClosed.
    """
    account = await _lock(q, account_id)
    return await _become(q, account, enums.AccountStatus.FROZEN, events.AccountFrozen, origin)


async def thaw(q: AsyncQueries, account_id: int, origin: Origin) -> UpdateAccountStatusRow:
    """Take a freeze back.

    Raises NotFound, AccountClosed.
    """
    account = await _lock(q, account_id)
    return await _become(q, account, enums.AccountStatus.OPEN, events.AccountThawed, origin)


async def close(q: AsyncQueries, account_id: int, origin: Origin) -> UpdateAccountStatusRow:
    """Close it for good.

    Raises NotFound, AccountClosed, AccountFrozen, AccountNotEmpty.
    """
    account = await _lock(q, account_id)
    if account.status is enums.AccountStatus.FROZEN:
        raise errors.AccountFrozen
    if account.balance != 0:
        raise errors.AccountNotEmpty  # and what holds nothing has nothing that could be held
    return await _become(q, account, enums.AccountStatus.CLOSED, events.AccountClosed, origin)


async def _lock(q: AsyncQueries, account_id: int) -> models.Account:
    account = await q.accounts.lock_account(id=account_id)
    if account is None or account.kind is enums.AccountKind.CASH:
        raise errors.NotFound
    if account.status is enums.AccountStatus.CLOSED:
        raise errors.AccountClosed
    return account


async def _become(
    q: AsyncQueries,
    account: models.Account,
    status: enums.AccountStatus,
    event: type[events.AccountEvent],
    origin: Origin,
) -> UpdateAccountStatusRow:
    if account.status is not status:
        await audit.record(q, origin, event(account_id=account.id))
    return await q.accounts.update_account_status(id=account.id, status=status)
