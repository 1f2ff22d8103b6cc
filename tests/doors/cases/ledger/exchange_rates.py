"""Cases of exchange rates and totals."""

from typing import Final

from bankapp.domain import errors
from bankapp.operations.ledger import exchange_rates, totals
from tests.doors import case
from tests.doors.case import Case, Fields, after, refused
from tests.doors.shapes import RATE, RATES, TOTAL
from tests.doors.world import Requester, World


def _held(world: World) -> Fields:
    return {"base": "EUR", "quote": "USD", "as_of": world.day, "source": world.rate_source}


_NO_RATE: Final = refused(errors.NotFound, {"source": "nobody"})
CASES: Final = (
    Case(
        operation=exchange_rates.list_rates,
        request=lambda _: {},
        who_may=case.users(),
        answer=RATES,
    ),
    Case(
        operation=exchange_rates.accept_rate,
        request=_held,
        who_may=case.bankers(),
        answer=RATE,
        provocations=[
            _NO_RATE,
            refused(
                errors.RateNotHeld,
                given=after(exchange_rates.refuse_rate, Requester.BANKER, _held),
            ),
        ],
    ),
    Case(
        operation=exchange_rates.refuse_rate,
        request=_held,
        who_may=case.bankers(),
        answer=RATE,
        provocations=[
            _NO_RATE,
            refused(
                errors.RateNotHeld,
                given=after(exchange_rates.accept_rate, Requester.BANKER, _held),
            ),
        ],
    ),
    Case(
        operation=totals.get_total,
        request=lambda _: {"currency": "EUR"},
        who_may=case.users(),
        answer=TOTAL,
        provocations=[
            refused(errors.RateMissing, {"currency": "JPY"}, by=Requester.OWNER),
            refused(errors.RateTooOld, {"currency": "GBP"}, by=Requester.OWNER),
        ],
        unprovoked={errors.TotalTooLarge: "it takes more money than the world has"},
    ),
)
