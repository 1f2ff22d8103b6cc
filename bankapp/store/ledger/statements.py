"""Statements: the entries and balances of an account in a period that is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from bankapp.domain import errors, limits
from bankapp.store.engine.transaction import Transactions
from gen.entries import ListEntriesBetweenRow
from gen.queries import AsyncQueries

StatementRow: TypeAlias = ListEntriesBetweenRow
_LAST_MOMENT = timedelta(microseconds=1)  # PostgreSQL's time has no finer ones


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPage:
    """Which entries of a period: those after a transfer (0: from the first), so many at most."""

    after_transfer_id: int = 0
    row_count_max: int = limits.STATEMENT_PAGE_SIZE_MAX


_FIRST_PAGE: Final = StatementPage()


@dataclass(frozen=True, slots=True)
class Statement:
    """Entries of a period, oldest first, and the balances before and after the whole period."""

    opening_balance: int
    closing_balance: int
    rows: list[StatementRow]


class Statements:
    """The transactions that make statements."""

    def __init__(self, transactions: Transactions) -> None:
        self._run = transactions.run

    async def get(
        self,
        account_id: int,
        since: datetime,
        before: datetime,
        page: StatementPage = _FIRST_PAGE,
    ) -> Statement:
        """A page of what happened to the account from `since` to just before `before`.

        It never changes again. Raises ValidationFailed while `before` is still to
        come, and for a page after a transfer that is not of the period.
        """
        # A transaction of its own: the lock is released before the long read.
        await self._run(finish, account_id, before)
        return await self._run(read_statement, account_id, since, before, page)

    async def list_rows(
        self, account_id: int, since: datetime, before: datetime, page: StatementPage
    ) -> list[StatementRow]:
        """The entries of a page of a period that is known to be over."""
        return await self._run(read_rows, account_id, since, before, page)


async def finish(q: AsyncQueries, account_id: int, before: datetime) -> None:
    """Have nothing posted to the account at a time before then any more.

    The account says so, because the clock may step back to before then.
    """
    # A posting takes its time under the account's lock, so none of an earlier time is pending now.
    account = await q.accounts.lock_account(id=account_id)
    if account is None or (account.final_at is not None and account.final_at >= before):
        return
    if await q.entries.get_time() < before:
        raise errors.ValidationFailed(
            violations=[errors.Violation("month", "must be a month that is over")]
        )
    await q.accounts.finish_account_history(id=account_id, final_at=before)


async def read_statement(
    q: AsyncQueries, account_id: int, since: datetime, before: datetime, page: StatementPage
) -> Statement:
    opening = await q.entries.get_balance_at(account_id=account_id, at=since - _LAST_MOMENT)
    closing = await q.entries.get_balance_at(account_id=account_id, at=before - _LAST_MOMENT)
    rows = await read_rows(q, account_id, since, before, page)
    return Statement(opening.balance, closing.balance, rows)


async def read_rows(
    q: AsyncQueries, account_id: int, since: datetime, before: datetime, page: StatementPage
) -> list[StatementRow]:
    after = since
    if page.after_transfer_id:
        moment = await q.entries.get_entry_time(
            account_id=account_id, transfer_id=page.after_transfer_id
        )
        if moment is None or not since <= moment < before:
            raise errors.ValidationFailed(
                violations=[errors.Violation("cursor", "is not a cursor of this statement")]
            )
        after = moment
    return await q.entries.list_entries_between(
        account_id=account_id,
        since=after,
        after_transfer_id=page.after_transfer_id,
        before=before,
        row_count_max=page.row_count_max,
    )
