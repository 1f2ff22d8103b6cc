"""Proves the books: recomputes what is stored and names every row that is wrong."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from psycopg import AsyncConnection, IsolationLevel

from bankapp.domain import limits
from bankapp.store.transaction import APPLICATION_ROLE
from gen.queries import AsyncQueries

ACCOUNT_RANGE: Final = 5_000
TRANSFER_RANGE: Final = 100_000
HOLD_RANGE: Final = 20_000

# Called with the part of the work that is done, 0 to 1.
Progress: TypeAlias = Callable[[float], None]
# The findings among the rows with ids from the first to the last.
Check: TypeAlias = Callable[[AsyncQueries, int, int], Awaitable[list[str]]]


@dataclass
class Report:
    """What was checked and what was found; a finding names its row."""

    account_id_max: int = 0
    transfer_id_max: int = 0
    entry_count: int = 0
    duration_s: float = 0.0
    findings: list[str] = field(default_factory=list[str])


async def verify_ledger(database_url: str, progress: Progress) -> Report:
    """Check all balances, transfers, entries, holds, reversals, keys and currencies.

    Reads one snapshot, blocks no writer, and stops after about FINDING_COUNT_MAX findings. Raises
    psycopg.Error when the database fails.
    """
    started = time.monotonic()
    options = f"-c role={APPLICATION_ROLE} -c default_transaction_read_only=on"
    connection = await AsyncConnection[Any].connect(
        database_url, application_name="bankapp verify", options=options
    )
    async with connection:
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        q = AsyncQueries(connection)
        size = await q.reports.get_ledger_size()
        report = Report(size.account_id_max, size.transfer_id_max, size.entry_count)
        async for findings, done in _findings(q, report, size.hold_id_max):
            report.findings += findings
            progress(done)
            if len(report.findings) >= limits.FINDING_COUNT_MAX:
                break
    report.duration_s = time.monotonic() - started
    return report


async def _findings(
    q: AsyncQueries, report: Report, hold_id_max: int
) -> AsyncIterator[tuple[list[str], float]]:
    """The findings of each range of ids, with the part of all ranges done so far."""
    plan: list[tuple[Check, int, int]] = []
    for checks, id_max, step in (
        (_ACCOUNT_CHECKS, report.account_id_max, ACCOUNT_RANGE),
        (_TRANSFER_CHECKS, report.transfer_id_max, TRANSFER_RANGE),
        (_HOLD_CHECKS, hold_id_max, HOLD_RANGE),
    ):
        plan += [
            (check, first, first + step - 1)
            for check in checks
            for first in range(1, id_max + 1, step)
        ]
    for number, (check, first, last) in enumerate(plan, 1):
        yield await check(q, first, last), number / len(plan)
    yield [*await _check_currencies(q), *await _check_keys(q)], 1.0


async def _check_balances(q: AsyncQueries, first: int, last: int) -> list[str]:
    rows = await q.reports.list_wrong_balances(
        first_id=first, last_id=last, finding_count_max=limits.FINDING_COUNT_MAX
    )
    return [
        f"account {row.id}: its balance is {row.balance}, its entries sum to {row.entries_sum}"
        for row in rows
    ]


async def _check_running_balances(q: AsyncQueries, first: int, last: int) -> list[str]:
    rows = await q.reports.list_wrong_running_balances(
        first_id=first, last_id=last, finding_count_max=limits.FINDING_COUNT_MAX
    )
    return [
        f"entry {row.id}: its balance_after is {row.balance_after}, "
        f"the entries of account {row.account_id} up to it sum to {row.entries_sum}"
        for row in rows
    ]


async def _check_transfers(q: AsyncQueries, first: int, last: int) -> list[str]:
    rows = await q.reports.list_unbalanced_transfers(
        first_id=first, last_id=last, finding_count_max=limits.FINDING_COUNT_MAX
    )
    return [
        f"transfer {row.id}: it moves {row.amount}, but has {row.entry_count} entries "
        f"that sum to {row.entries_sum} or do not match it"
        for row in rows
    ]


async def _check_orphans(q: AsyncQueries, first: int, last: int) -> list[str]:
    rows = await q.reports.list_orphan_entries(
        first_id=first, last_id=last, finding_count_max=limits.FINDING_COUNT_MAX
    )
    return [f"entry {row}: its transfer does not exist" for row in rows]


async def _check_currencies(q: AsyncQueries) -> list[str]:
    totals = await q.reports.list_currency_totals()
    return [
        f"currency {total.currency}: all its balances sum to {total.balance_sum}, not to zero"
        for total in totals
        if total.balance_sum != 0
    ]


async def _check_times(q: AsyncQueries, first: int, last: int) -> list[str]:
    rows = await q.reports.list_entries_out_of_time(
        first_id=first, last_id=last, finding_count_max=limits.FINDING_COUNT_MAX
    )
    return [
        f"entry {row.id}: its time is before that of the entry before it of account "
        f"{row.account_id}, or not its transfer's"
        for row in rows
    ]


async def _check_reversals(q: AsyncQueries, first: int, last: int) -> list[str]:
    rows = await q.reports.list_wrong_reversals(
        first_id=first, last_id=last, finding_count_max=limits.FINDING_COUNT_MAX
    )
    return [
        f"transfer {row.id}: it moves {row.amount}, its reversals pay back {row.reversals_sum}, "
        "or not to the payer"
        for row in rows
    ]


async def _check_holds(q: AsyncQueries, first: int, last: int) -> list[str]:
    rows = await q.reports.list_wrong_holds(
        first_id=first, last_id=last, finding_count_max=limits.FINDING_COUNT_MAX
    )
    return [
        f"hold {row.id}: its captured_amount is {row.captured_amount}, its captures move "
        f"{row.captures_sum}, or not between its accounts in its time"
        for row in rows
    ]


async def _check_held_amounts(q: AsyncQueries, first: int, last: int) -> list[str]:
    rows = await q.reports.list_overheld_accounts(
        first_id=first, last_id=last, finding_count_max=limits.FINDING_COUNT_MAX
    )
    return [
        f"account {row.id}: its balance is {row.balance}, but {row.held_amount} of it is held"
        for row in rows
    ]


async def _check_keys(q: AsyncQueries) -> list[str]:
    rows = await q.reports.list_wrong_idempotency_keys(finding_count_max=limits.FINDING_COUNT_MAX)
    return [
        f"idempotency key {row.key!r} of {row.scope!r}: its answer is not what was posted"
        for row in rows
    ]


_ACCOUNT_CHECKS: Final[tuple[Check, ...]] = (
    _check_balances,
    _check_running_balances,
    _check_times,
    _check_held_amounts,
)
_TRANSFER_CHECKS: Final[tuple[Check, ...]] = (_check_transfers, _check_orphans, _check_reversals)
_HOLD_CHECKS: Final[tuple[Check, ...]] = (_check_holds,)
