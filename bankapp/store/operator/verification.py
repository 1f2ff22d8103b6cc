"""Verifies the books: recomputes the stored values and names every row that is wrong."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from psycopg import AsyncConnection, IsolationLevel

from bankapp import tuning
from bankapp.store.engine.session import APPLICATION_ROLE, require_session, session_options
from bankapp.store.operator.disabled_rules import find_disabled_rules
from gen.reports import AsyncQuerier

# Entries lie in the order of transfers: read as they lie and sorted by account they take seconds,
# fetched account by account through an index minutes. One process leaves the others to customers.
_PLANNING: Final = {
    "enable_indexscan": "off",
    "max_parallel_workers_per_gather": "0",
    "work_mem": "64MB",
}
_SESSION: Final = {
    "role": APPLICATION_ROLE,
    "default_transaction_read_only": "on",
    **_PLANNING,
}

# Called with the part of the work that is done, 0 to 1.
Progress: TypeAlias = Callable[[float], None]
Check: TypeAlias = Callable[[AsyncQuerier], Awaitable[list[str]]]

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)


class Query(Protocol[Row_co]):
    """Lists findings."""

    def __call__(
        self, querier: AsyncQuerier, /, *, finding_count_max: int
    ) -> Awaitable[Sequence[Row_co]]: ...


@dataclass
class Report:
    """The numbers of checked rows, the findings, which name their rows, and notes on the clock."""

    account_id_max: int = 0
    transfer_id_max: int = 0
    entry_count: int = 0
    duration_s: float = 0.0
    findings: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])


async def verify_ledger(database_url: str, progress: Progress) -> Report:
    """Check all balances, transfers, entries, holds, reversals, keys and currencies.

    Reads one snapshot, blocks no writer, and stops after about FINDING_COUNT_MAX findings. A sort
    beyond some memory uses the disk of the database, about 100 bytes per entry. Raises
    psycopg.Error when the database fails.
    """
    started = time.monotonic()
    connection = await AsyncConnection[Any].connect(
        database_url,
        application_name="bankapp verify",
        options=session_options(database_url, _SESSION),
    )
    async with connection:
        await require_session(connection, session=_SESSION)
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        q = AsyncQuerier(connection)
        size = await q.get_ledger_size()
        report = Report(size.account_id_max, size.transfer_id_max, size.entry_count)
        report.notes = await _note_clock(q)
        for number, check in enumerate(_CHECKS, 1):
            report.findings += await check(q)
            progress(number / len(_CHECKS))
            if len(report.findings) >= tuning.FINDING_COUNT_MAX:
                break
        else:
            report.findings += await find_disabled_rules(connection)
    report.duration_s = time.monotonic() - started
    return report


async def _note_clock(q: AsyncQuerier) -> list[str]:
    ahead = await q.get_accounts_ahead()
    if ahead.final_at is None:
        return []
    note = (
        f"note: {ahead.account_count} accounts are ahead of the clock of the database, which stood "
        f"at {ahead.final_at.isoformat()} or later and has stepped back; until it is there again, "
        "they are posted to with their own time"
    )
    return [note]


def _check(query: Query[Row], finding: Callable[[Row], str]) -> Check:
    async def check(q: AsyncQuerier) -> list[str]:
        rows = await query(q, finding_count_max=tuning.FINDING_COUNT_MAX)
        return [finding(row) for row in rows]

    return check


_CHECKS: Final[tuple[Check, ...]] = (
    _check(
        AsyncQuerier.list_wrong_balances,
        lambda row: (
            f"account {row.id}: its history is not final up to its newest entry (final_at)"
            if row.balance == row.entries_sum
            else f"account {row.id}: its balance is {row.balance}, "
            f"its entries sum to {row.entries_sum}"
        ),
    ),
    _check(
        AsyncQuerier.list_wrong_running_balances,
        lambda row: (
            f"entry {row.id}: its balance_after is {row.balance_after}, "
            f"the entries of account {row.account_id} up to it sum to {row.entries_sum}"
        ),
    ),
    _check(
        AsyncQuerier.list_entries_out_of_order,
        lambda row: (
            f"entry {row.id}: its time is before that of the entry before it "
            f"of account {row.account_id}"
        ),
    ),
    _check(
        AsyncQuerier.list_overheld_accounts,
        lambda row: (
            f"account {row.id}: its balance is {row.balance}, but {row.held_amount} of it is held"
        ),
    ),
    _check(
        AsyncQuerier.list_unbalanced_transfers,
        lambda row: (
            f"transfer {row.id}: it moves {row.amount}, but has {row.entry_count} entries "
            f"that sum to {row.entries_sum} or do not match it"
        ),
    ),
    _check(
        AsyncQuerier.list_stray_entries,
        lambda row: (
            f"entry {row.id}: its transfer does not exist"
            if row.is_orphan
            else f"entry {row.id}: its time is not that of its transfer"
        ),
    ),
    _check(
        AsyncQuerier.list_wrong_reversals,
        lambda row: (
            f"transfer {row.id}: it moves {row.amount}, its reversals pay back "
            f"{row.reversals_sum}, or not to the payer"
        ),
    ),
    _check(
        AsyncQuerier.list_wrong_holds,
        lambda row: (
            f"hold {row.id}: its captured_amount is {row.captured_amount}, its captures move "
            f"{row.captures_sum}, or not between its accounts in its time"
        ),
    ),
    _check(
        AsyncQuerier.list_wrong_currencies,
        lambda row: (
            f"currency {row.currency}: all its balances sum to {row.balance_sum}, not to zero"
        ),
    ),
    _check(
        AsyncQuerier.list_wrong_idempotency_keys,
        lambda row: (
            f"idempotency key {row.key!r} of {row.scope!r}: its answer is not what was posted"
        ),
    ),
)
