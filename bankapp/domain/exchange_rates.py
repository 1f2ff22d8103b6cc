"""Exchange rates: what a source said, and amounts at them. No rate moves money."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

# Every rate is the price of one unit of it; others are crossed by way of it.
BASE: Final = "EUR"


class Fault(StrEnum):
    """Why an answer of a source is not taken. The texts are for logs and quote nothing of it."""

    STATUS = "the status is neither 200 nor 304"
    CONTENT_TYPE = "the content type is not that of the format"
    ENCODING = "the answer is compressed, which was not asked for"
    TOO_LARGE = "the answer is too large"
    UNREADABLE = "the answer cannot be read as its format"
    DOCUMENT_TYPE = "the XML has a document type, which may define entities"
    STRUCTURE = "the answer has another structure than the format"
    BASE = "the rates are not those of a euro"
    CURRENCY = "a code is none of a currency"
    RATE = "a rate is no plain positive decimal, or too large or too precise"
    REPEATED = "a currency is there twice"
    UNKNOWN_CURRENCIES = "no rate is of a currency of the bank"
    DAY = "the day is no date"
    FUTURE_DAY = "the day is in the future"
    OLDER_DAY = "the day is older than one that the source gave before"


class RatesRejected(Exception):
    """What a source sent is not taken, and nothing of it is stored."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSheet:
    """The rates of one day of one source: for each currency, what one unit of BASE is worth."""

    source: str
    as_of: date
    rates: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateKey:
    """The rate of a currency on a day, as a source gave it."""

    base: str
    quote: str
    as_of: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a sheet: the currencies of the rates that are new, by their status."""

    accepted: tuple[str, ...]
    held: tuple[str, ...]


def convert(amount: int, *, exponents: tuple[int, int], divided_by: Decimal, times: Decimal) -> int:
    """An amount of minor units in those of another currency, rounded half to even.

    `exponents` are those of the two currencies; `divided_by` and `times` are what one unit of BASE
    is worth in each of them. Computed exactly, and rounded once.
    """
    source, target = exponents
    exact = Fraction(amount) * Fraction(times) / Fraction(divided_by)
    return round(exact * Fraction(10) ** (target - source))
