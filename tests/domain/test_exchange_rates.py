"""Amounts at exchange rates: exact, and rounded half to even once."""

from decimal import Decimal

import pytest

from bankapp.domain import limits
from bankapp.domain.exchange_rates import convert


@pytest.mark.parametrize(
    ("amount", "exponents", "divided_by", "times", "converted"),
    [
        pytest.param(100, (2, 2), "1", "1.25", 125, id="exact"),
        pytest.param(1, (2, 2), "1", "0.5", 0, id="a half below an even one"),
        pytest.param(3, (2, 2), "1", "0.5", 2, id="a half above an odd one"),
        pytest.param(5, (2, 2), "1", "0.5", 2, id="a half above an even one"),
        pytest.param(7, (2, 2), "1", "0.5", 4, id="a half below the next even one"),
        pytest.param(1, (2, 2), "1", "0.500000001", 1, id="more than a half"),
        pytest.param(3, (2, 2), "1", "0.499999999", 1, id="less than a half"),
        pytest.param(1050, (2, 0), "1", "158.4", 1663, id="to a currency without decimals"),
        pytest.param(1050, (0, 2), "158.4", "1", 663, id="from a currency without decimals"),
        pytest.param(1000, (2, 3), "1", "0.3", 3000, id="to a currency of three decimals"),
        pytest.param(1000, (2, 2), "1.0823", "0.8512", 786, id="crossed"),
        pytest.param(3, (2, 2), "3", "1", 1, id="what no decimal fraction is"),
        pytest.param(150, (2, 0), "3", "3", 2, id="a half that is exact only as a fraction"),
        pytest.param(1, (2, 2), "999999999.999999999", "0.000000001", 0, id="next to nothing"),
        pytest.param(
            limits.AMOUNT_MAX, (2, 2), "1", "1", limits.AMOUNT_MAX, id="the largest amount"
        ),
        pytest.param(
            limits.AMOUNT_MAX, (2, 2), "1", "3", 3 * limits.AMOUNT_MAX, id="beyond any float"
        ),
    ],
)
def test_amounts_are_converted(
    amount: int, exponents: tuple[int, int], divided_by: str, times: str, converted: int
) -> None:
    rates = {"divided_by": Decimal(divided_by), "times": Decimal(times)}
    assert convert(amount, exponents=exponents, **rates) == converted
