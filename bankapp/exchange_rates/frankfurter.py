"""The rates of a day as frankfurter serves them, which has those of the European Central Bank.

{"amount": 1.0, "base": "EUR", "date": "2026-11-27", "rates": {"USD": 1.0823, …}}
"""

import json
from typing import Any, Final, NoReturn, cast

from bankapp.domain.exchange_rates import BASE, Fault, RateSheet, RatesRejected
from bankapp.exchange_rates.sheet import create_sheet

_ONE: Final = ("1", "1.0")


class _Number(str):
    """A number as it was written: a float would be another one."""

    __slots__ = ()


def parse_frankfurter(content: bytes) -> RateSheet:
    """The rates of the day. Raises RatesRejected."""
    try:
        document = json.loads(
            content.decode(),
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_repetition,
        )
    except (ValueError, RecursionError):
        raise RatesRejected(Fault.UNREADABLE) from None
    return _sheet(document)


def _sheet(document: object) -> RateSheet:
    fields = _object(document)
    base, day = fields.get("base"), fields.get("date")
    rates = _object(fields.get("rates"))
    if not isinstance(base, str) or not isinstance(day, str):
        raise RatesRejected(Fault.STRUCTURE)
    amount = fields.get("amount", _Number(1))
    if base != BASE or not isinstance(amount, _Number) or amount not in _ONE:
        raise RatesRejected(Fault.BASE)
    quotations: list[tuple[str, str]] = []
    for code, rate in rates.items():
        if not isinstance(rate, _Number):
            raise RatesRejected(Fault.RATE)
        quotations.append((code, rate))
    return create_sheet("frankfurter", day, quotations)


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise RatesRejected(Fault.STRUCTURE)
    return cast("dict[str, object]", value)


def _refuse_constant(_: str) -> NoReturn:
    """NaN and the infinities, which JSON does not have."""
    raise RatesRejected(Fault.RATE)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise RatesRejected(Fault.REPEATED)
    return dict(pairs)
