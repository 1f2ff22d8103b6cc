"""Balances at a time, and monthly statements."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PrivateAttr

from bankapp.domain import errors, limits
from bankapp.domain.postings import TransferKind
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller
from bankapp.operations.csv_lines import FreeText, render_lines
from bankapp.operations.fields import (
    Currency,
    Cursor,
    Funds,
    Id,
    Movement,
    PageCursor,
    RequestModel,
    ResponseModel,
    Time,
    encode_cursor,
    number,
)
from bankapp.operations.ledger.accounts import visible_account
from bankapp.operations.operation import operation
from bankapp.store.ledger.statements import StatementPage, StatementRow

_CSV_LINE_COUNT: Final = 500
_CSV_COLUMNS: Final = (
    *("created_at", "id", "transfer_id", "kind", "amount", "balance_after", "description"),
    *("account_id", "currency"),
)


def _month(text: object) -> object:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise ValueError("must be a month, like 2026-11")
    return text


def _known_year(month: str) -> str:
    if not "2000-01" <= month <= "2999-12":
        raise ValueError("must be of the years 2000 to 2999")
    return month


def _rfc3339(text: object) -> object:
    # pydantic would take a number of seconds, too.
    if isinstance(text, str) and not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", text):
        raise ValueError("must be a time of RFC 3339, like 2026-11-20T12:00:00Z")
    return text


def _known_time(moment: datetime) -> datetime:
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be of the years 2000 to 2999") from None
    if not 2000 <= moment.year <= 2999:
        raise ValueError("must be of the years 2000 to 2999")
    return moment


Month = Annotated[
    str,
    BeforeValidator(_month),
    AfterValidator(_known_year),
    Field(json_schema_extra={"pattern": "^2[0-9]{3}-(0[1-9]|1[0-2])$"}),
]


class GetBalanceRequest(RequestModel):
    """`at` is the time of the balance; the default is now."""

    account_id: Id
    at: Annotated[AwareDatetime, BeforeValidator(_rfc3339), AfterValidator(_known_time)] | None = (
        None
    )


class Balance(ResponseModel):
    """The balance of an account at a time."""

    account_id: Id
    currency: Currency
    balance: Funds
    available_balance: Funds
    at: Time


class GetStatementRequest(RequestModel):
    """A large month comes in pages: `cursor` is the `next_cursor` of the page before.

    As CSV it comes as a whole, from the cursor on if one is given.
    """

    account_id: Id
    month: Month
    limit: Annotated[
        int, Field(strict=True, ge=1, le=limits.STATEMENT_PAGE_SIZE_MAX), BeforeValidator(number)
    ] = limits.STATEMENT_PAGE_SIZE_MAX
    cursor: PageCursor | None = None


class StatementEntry(ResponseModel):
    """One line of a statement."""

    id: Id
    transfer_id: Id
    kind: TransferKind
    amount: Movement
    balance_after: Funds
    description: str | None
    created_at: Time


class Statement(ResponseModel):
    """A month of an account, in UTC. Opening balance and entries add up to the closing balance.

    The balances are those of the whole month, and `entries` may be a page of it: `next_cursor` is
    the `cursor` of the next page; null on the last.
    """

    account_id: Id
    currency: Currency
    month: Month
    opening_balance: Funds
    closing_balance: Funds
    entries: list[StatementEntry]
    next_cursor: Cursor | None

    _later: Callable[[], AsyncIterator[Sequence[StatementRow]]] = PrivateAttr()

    def followed_by(
        self, later: Callable[[], AsyncIterator[Sequence[StatementRow]]]
    ) -> "Statement":
        """The statement with the rows after its entries, which only a whole one reads."""
        self._later = later
        return self

    async def as_csv(self) -> AsyncIterator[str]:
        """The whole month as lines of RFC 4180, the balances first and last."""
        yield render_lines([_CSV_COLUMNS, self._balance_line("opening", self.opening_balance)])
        for start in range(0, len(self.entries), _CSV_LINE_COUNT):
            yield render_lines(map(self._line, self.entries[start : start + _CSV_LINE_COUNT]))
        async for rows in self._later():
            yield render_lines(self._line(_entry(row)) for row in rows)
        yield render_lines([self._balance_line("closing", self.closing_balance)])

    def _line(self, entry: StatementEntry) -> Sequence[object]:
        line = entry.model_dump(mode="json")
        return [
            *(line[name] for name in _CSV_COLUMNS[:6]),
            FreeText(entry.description or ""),
            self.account_id,
            self.currency,
        ]

    def _balance_line(self, name: str, balance: int) -> Sequence[object]:
        return ["", "", "", name, "", balance, "", self.account_id, self.currency]


@operation(refuses=(errors.NotFound,))
async def get_balance(bank: Bank, caller: Caller, request: GetBalanceRequest) -> Balance:
    """Get the balance of an account, now or at a time."""
    account = await visible_account(bank, caller, request.account_id)
    then = await bank.store.read.entries.get_balance_at(
        account_id=request.account_id, at=request.at
    )
    if then.is_future:
        raise errors.ValidationFailed(
            violations=[errors.Violation("at", "must not be in the future")]
        )
    return Balance(
        account_id=account.id,
        currency=account.currency,
        balance=then.balance,
        available_balance=then.balance - then.held_amount,
        at=then.at,
    )


@operation(refuses=(errors.NotFound,))
async def get_statement(bank: Bank, caller: Caller, request: GetStatementRequest) -> Statement:
    """Get the statement of a month that is over. Every request gets the same bytes."""
    account = await visible_account(bank, caller, request.account_id)
    since, before = _bounds(request.month)
    statements = bank.store.statements
    page = StatementPage(after_transfer_id=request.cursor or 0, row_count_max=request.limit + 1)
    found = await statements.get(request.account_id, since, before, page)
    shown = found.rows[: request.limit]
    has_next = len(found.rows) > request.limit
    statement = Statement(
        account_id=account.id,
        currency=account.currency,
        month=request.month,
        opening_balance=found.opening_balance,
        closing_balance=found.closing_balance,
        # In another thread, so that others are served while thousands are made.
        entries=await asyncio.to_thread(lambda: [*map(_entry, shown)]),
        next_cursor=encode_cursor(shown[-1].entry.transfer_id) if has_next else None,
    )

    async def later() -> AsyncIterator[Sequence[StatementRow]]:
        rows = shown if has_next else []
        while rows:
            after = StatementPage(
                after_transfer_id=rows[-1].entry.transfer_id, row_count_max=_CSV_LINE_COUNT
            )
            rows = await statements.list_rows(request.account_id, since, before, after)
            yield rows

    return statement.followed_by(later)


def _bounds(month: str) -> tuple[datetime, datetime]:
    """The first moment of a month, and the first one after it, in UTC."""
    year, number = map(int, month.split("-"))
    since = datetime(year, number, 1, tzinfo=UTC)
    return since, datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)


def _entry(row: StatementRow) -> StatementEntry:
    return StatementEntry(
        id=row.entry.id,
        transfer_id=row.entry.transfer_id,
        kind=row.kind,
        amount=row.entry.amount,
        balance_after=row.entry.balance_after,
        description=row.description,
        created_at=row.entry.created_at,
    )
