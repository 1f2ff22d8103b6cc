"""Accounts: opening them, and the states they go through."""

from collections.abc import Callable, Sequence

from bankapp import tuning
from bankapp.domain import errors, events, limits
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.origin import THE_BANK, Origin
from bankapp.store.engine.batching import Batcher, in_order
from bankapp.store.engine.idempotency import Answer
from bankapp.store.engine.transaction import Transactions
from bankapp.store.events import audit
from gen import enums, models
from gen.queries import AsyncQueries


class Accounts:
    """The transactions on the accounts of customers."""

    def __init__(self, transactions: Transactions) -> None:
        self._run = transactions.run
        self._run_once = transactions.run_once
        self._run_statement = transactions.run_statement
        self._reads = Batcher(
            self._get_all,
            count_max=tuning.READ_COUNT_MAX,
            undivided_count_max=tuning.UNDIVIDED_READ_COUNT_MAX,
        )

    async def open(
        self, owner: str, currency: str, *, origin: Origin = THE_BANK
    ) -> models.CustomerAccount:
        """Open an account.

        Raises AccountExists, TooManyAccounts, and ValidationFailed for an unknown currency.
        """
        return await self._run(open_account, owner, currency, origin)

    async def open_once(
        self,
        owner: str,
        currency: str,
        key: RequestKey | None,
        render: Callable[[models.CustomerAccount], str],
        *,
        origin: Origin = THE_BANK,
    ) -> Answer[str]:
        """Open an account once under the key; the answer is what `render` makes of it.

        Raises as `open` does, and IdempotencyKeyReused.
        """

        async def step(q: AsyncQueries) -> str:
            return render(await open_account(q, owner, currency, origin))

        return await self._run_once(key, step)

    async def get(self, account_id: int) -> models.CustomerAccount | None:
        """The account, or None. Concurrent calls share a query."""
        return await self._reads.submit(account_id)

    async def freeze(self, account_id: int, *, origin: Origin) -> models.CustomerAccount:
        """Stop all movements in and out of the account.

        Raises NotFound, AccountClosed.
        """
        return await self._run(freeze_account, account_id, origin)

    async def thaw(self, account_id: int, *, origin: Origin) -> models.CustomerAccount:
        """Thaw a frozen account.

        Raises NotFound, AccountClosed.
        """
        return await self._run(thaw_account, account_id, origin)

    async def close(self, account_id: int, *, origin: Origin) -> models.CustomerAccount:
        """Close the account for good.

        Raises NotFound, AccountClosed, AccountFrozen, AccountNotEmpty.
        """
        return await self._run(close_account, account_id, origin)

    async def _get_all(self, account_ids: Sequence[int]) -> list[models.CustomerAccount | None]:
        rows = await self._run_statement(lambda q: q.accounts.list_accounts_by_id(ids=account_ids))
        return in_order(account_ids, rows, lambda row: row.id)


async def open_account(
    q: AsyncQueries, owner: str, currency: str, origin: Origin
) -> models.CustomerAccount:
    await q.users.lock_user(username=owner)  # of two at once the second counts the first
    if await q.accounts.count_accounts(owner=owner) >= limits.ACCOUNT_COUNT_MAX:
        raise errors.TooManyAccounts
    account_id = await q.accounts.insert_account(owner=owner, currency=currency)
    if account_id is None:
        raise await _not_opened(q, currency)
    opened = events.AccountOpened(account_id=account_id, username=owner, currency=currency)
    await audit.record(q, origin, opened)
    return await _get(q, account_id)


async def freeze_account(
    q: AsyncQueries, account_id: int, origin: Origin
) -> models.CustomerAccount:
    account = await _lock(q, account_id)
    return await _become(q, account, enums.AccountStatus.FROZEN, events.AccountFrozen, origin)


async def thaw_account(q: AsyncQueries, account_id: int, origin: Origin) -> models.CustomerAccount:
    account = await _lock(q, account_id)
    return await _become(q, account, enums.AccountStatus.OPEN, events.AccountThawed, origin)


async def close_account(q: AsyncQueries, account_id: int, origin: Origin) -> models.CustomerAccount:
    account = await _lock(q, account_id)
    if account.status is enums.AccountStatus.FROZEN:
        raise errors.AccountFrozen
    if account.balance != 0 or await q.holds.has_open_hold(account_id=account_id):
        raise errors.AccountNotEmpty
    return await _become(q, account, enums.AccountStatus.CLOSED, events.AccountClosed, origin)


async def _not_opened(q: AsyncQueries, currency: str) -> errors.Refusal:
    if await q.currencies.has_currency(code=currency):
        return errors.AccountExists()
    violation = errors.Violation("currency", "is not a currency of this bank")
    return errors.ValidationFailed(violations=[violation])


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
) -> models.CustomerAccount:
    if account.status is not status:
        assert account.owner is not None  # `_lock` refuses the bank's own
        await audit.record(q, origin, event(username=account.owner, account_id=account.id))
        await q.accounts.update_account_status(id=account.id, status=status)
    return await _get(q, account.id)


async def _get(q: AsyncQueries, account_id: int) -> models.CustomerAccount:
    [account] = await q.accounts.list_accounts_by_id(ids=[account_id])
    return account
