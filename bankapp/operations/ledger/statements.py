"""Balances at a time, and monthly statements."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from bankapp.domain import errors
from bankapp.domain.postings import TransferKind
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller
from bankapp.operations.fields import (
    Currency,
    Funds,
    Id,
    Movement,
    RequestModel,
    ResponseModel,
    Time,
)
from bankapp.operations.ledger.accounts import visible_account
from bankapp.operations.operation import operation


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
    account_id: Id
    month: Month


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
    """A month of an account, in UTC. Opening balance and entries add up to the closing balance."""

    account_id: Id
    currency: Currency
    month: Month
    opening_balance: Funds
    closing_balance: Funds
    entries: list[StatementEntry]

    def as_csv(self) -> str:
        """The statement as CSV of RFC 4180, with the balances as its first and last lines."""
        text = io.StringIO()
        writer = csv.writer(text)
        columns = ("created_at", "id", "transfer_id", "kind", "amount", "balance_after")
        writer.writerow([*columns, "description"])
        writer.writerow(["", "", "", "opening", "", self.opening_balance, ""])
        for entry in self.entries:
            line = entry.model_dump(mode="json")
            writer.writerow([*(line[name] for name in columns), _as_text(entry.description or "")])
        writer.writerow(["", "", "", "closing", "", self.closing_balance, ""])
        return text.getvalue()


def _as_text(description: str) -> str:
    """Text that a spreadsheet does not take for a formula, because somebody else wrote it."""
    return f"'{description}" if description[:1] in ("=", "+", "-", "@", "\t", "\r") else description


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


@operation(refuses=(errors.NotFound, errors.StatementTooLarge))
async def get_statement(bank: Bank, caller: Caller, request: GetStatementRequest) -> Statement:
    """Get the statement of a month that is over. Every request gets the same bytes."""
    account = await visible_account(bank, caller, request.account_id)
    year, month = map(int, request.month.split("-"))
    since = datetime(year, month, 1, tzinfo=UTC)
    before = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    statement = await bank.store.statements.get(request.account_id, since, before)
    return Statement(
        account_id=account.id,
        currency=account.currency,
        month=request.month,
        opening_balance=statement.opening_balance,
        closing_balance=statement.closing_balance,
        entries=[
            StatementEntry(
                id=line.entry.id,
                transfer_id=line.entry.transfer_id,
                kind=line.kind,
                amount=line.entry.amount,
                balance_after=line.entry.balance_after,
                description=line.description,
                created_at=line.entry.created_at,
            )
            for line in statement.rows
        ],
    )
