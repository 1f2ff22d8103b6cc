"""Statements: the entries and balances of an account in a period that is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bankapp.domain import errors, limits
from bankapp.store.engine.transaction import Transactions
from gen.entries import ListEntriesBetweenRow
from gen.queries import AsyncQueries

_LAST_MOMENT = timedelta(microseconds=1)  # PostgreSQL's time has no finer ones


@dataclass(frozen=True, slots=True)
class Statement:
    """The entries of a period, oldest first, and the balances before and after them."""

    opening_balance: int
    closing_balance: int
    rows: list[ListEntriesBetweenRow]


class Statements:
    """The transactions that make statements."""

    def __init__(self, transactions: Transactions) -> None:
        self._run = transactions.run

    async def get(self, account_id: int, since: datetime, before: datetime) -> Statement:
        """Everything that happened to the account from `since` to just before `before`.

        It never changes again. Raises ValidationFailed while `before` is still to come,
        StatementTooLarge.
        """
        # A transaction of its own: the lock is released before the long read.
        await self._run(finish, account_id, before)
        return await self._run(read_statement, account_id, since, before)


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
    q: AsyncQueries, account_id: int, since: datetime, before: datetime
) -> Statement:
    opening = await q.entries.get_balance_at(account_id=account_id, at=since - _LAST_MOMENT)
    rows = await q.entries.list_entries_between(
        account_id=account_id,
        since=since,
        before=before,
        row_count_max=limits.STATEMENT_ENTRY_COUNT_MAX + 1,
    )
    if len(rows) > limits.STATEMENT_ENTRY_COUNT_MAX:
        raise errors.StatementTooLarge
    closing = rows[-1].entry.balance_after if rows else opening.balance
    return Statement(opening.balance, closing, rows)
