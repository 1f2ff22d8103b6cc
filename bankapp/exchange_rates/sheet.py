"""A sheet of rates from the texts of a document. Whatever is not as expected rejects all of it."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from bankapp.domain.exchange_rates import BASE, Fault, RateSheet, RatesRejected

_CODE: Final = re.compile("[A-Z]{3}", re.ASCII)
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# What numeric(18, 9) holds. No sign, exponent, NaN or infinity, which Decimal would take.
_RATE: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


def create_sheet(source: str, day: str, quotations: Iterable[tuple[str, str]]) -> RateSheet:
    """The sheet of a day, from codes of currencies and decimals. Raises RatesRejected."""
    rates: dict[str, Decimal] = {}
    for code, text in quotations:
        if not _CODE.fullmatch(code) or code == BASE:
            raise RatesRejected(Fault.CURRENCY)
        if code in rates:
            raise RatesRejected(Fault.REPEATED)
        rates[code] = _rate(text)
    if not rates:
        raise RatesRejected(Fault.STRUCTURE)
    return RateSheet(source=source, as_of=_day(day), rates=rates)


def _rate(text: str) -> Decimal:
    if not _RATE.fullmatch(text) or (rate := Decimal(text)) == 0:
        raise RatesRejected(Fault.RATE)
    return rate


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise RatesRejected(Fault.DAY)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RatesRejected(Fault.DAY) from None
