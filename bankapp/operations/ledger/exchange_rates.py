"""Exchange rates: the newest ones, and decisions about those that are held."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from bankapp.domain import errors, limits
from bankapp.domain.exchange_rates import BASE, RateKey
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller
from bankapp.operations.fields import Currency, RequestModel, ResponseModel
from bankapp.operations.operation import operation
from gen import enums


def _day(text: object) -> object:
    # pydantic would take a number of seconds, too.
    is_day = isinstance(text, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
    if not (is_day or isinstance(text, date)):
        raise ValueError("must be a day, like 2026-11-27")
    return text


def _plain(rate: Decimal) -> str:
    """Without an exponent, and without zeros at the end that say nothing."""
    return f"{rate.normalize():f}"


Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"}),
]
Rate = Annotated[
    Decimal,
    PlainSerializer(_plain, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{1,9}(\.\d{1,9})?$",
            "description": "A decimal number, as text so that no reader makes it a float",
        }
    ),
]
Source = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$", examples=["ecb"])]
Age = Annotated[
    int,
    Field(
        description="Days since the day that the rate is of; weekends have no rates",
        json_schema_extra={"minimum": 0},
    ),
]


class ExchangeRate(ResponseModel):
    """What one unit of `base` was worth in `quote` on the day `as_of`, as a source said."""

    base: Currency
    quote: Currency
    rate: Rate
    as_of: Day
    source: Source
    age_days: Age
    status: enums.ExchangeRateStatus


class ExchangeRates(ResponseModel):
    """The newest accepted rate of each currency, by code.

    `held` are rates that are not used before a banker accepts them, newest first, and at most 100.
    Only bankers see them; to others the list is empty.
    """

    items: list[ExchangeRate]
    held: list[ExchangeRate]


class ListRatesRequest(RequestModel):
    pass


class DecideRateRequest(RequestModel):
    base: Currency
    quote: Currency
    as_of: Day
    source: Source


@operation()
async def list_rates(bank: Bank, caller: Caller, request: ListRatesRequest) -> ExchangeRates:
    """List the newest exchange rates. They are information: no money moves at them."""
    newest = await bank.store.read.exchange_rates.list_newest_rates(
        base=BASE, row_count_max=limits.CURRENCY_COUNT_MAX
    )
    held = (
        await bank.store.read.exchange_rates.list_held_rates(
            row_count_max=limits.HELD_RATE_COUNT_MAX
        )
        if caller.is_banker()
        else []
    )
    return ExchangeRates(
        items=[ExchangeRate.model_validate(row) for row in newest],
        held=[ExchangeRate.model_validate(row) for row in held],
    )


@operation(role=Role.BANKER, refuses=(errors.NotFound, errors.RateNotHeld))
async def accept_rate(bank: Bank, caller: Caller, request: DecideRateRequest) -> ExchangeRate:
    """Accept a held exchange rate. It is used then, and later ones are compared with it."""
    rate = await bank.store.exchange_rates.accept(_key(request), origin=caller.origin)
    return ExchangeRate.model_validate(rate)


@operation(role=Role.BANKER, refuses=(errors.NotFound, errors.RateNotHeld))
async def refuse_rate(bank: Bank, caller: Caller, request: DecideRateRequest) -> ExchangeRate:
    """Refuse a held exchange rate. It is never used, and not fetched again."""
    rate = await bank.store.exchange_rates.refuse(_key(request), origin=caller.origin)
    return ExchangeRate.model_validate(rate)


def _key(request: DecideRateRequest) -> RateKey:
    return RateKey(
        base=request.base, quote=request.quote, as_of=request.as_of, source=request.source
    )
