"""The currencies that the bank deals in."""

from typing import Annotated

from pydantic import Field

from bankapp.domain import limits
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.fields import Currency, RequestModel, ResponseModel
from bankapp.operations.operation import public_operation


class ListCurrenciesRequest(RequestModel):
    pass


class CurrencyDetails(ResponseModel):
    """A currency of ISO 4217, and the decimals that its minor units stand for."""

    code: Currency
    exponent: Annotated[
        int,
        Field(
            description="An amount divided by 10 to this power is in the currency's own unit",
            json_schema_extra={"minimum": 0, "maximum": 4},
        ),
    ]
    name: str


class Currencies(ResponseModel):
    """All currencies, by code."""

    items: list[CurrencyDetails]


@public_operation()
async def list_currencies(
    bank: Bank, visitor: Visitor, request: ListCurrenciesRequest
) -> Currencies:
    """List the currencies of the bank. With exponent 2, the amount 1050 is 10.50."""
    rows = await bank.store.read.currencies.list_currencies(
        after_code="", row_count_max=limits.CURRENCY_COUNT_MAX
    )
    return Currencies(items=[CurrencyDetails.model_validate(row) for row in rows])
