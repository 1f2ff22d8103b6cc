"""Whether the bank is well."""

from typing import Literal

from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.fields import RequestModel, ResponseModel
from bankapp.operations.operation import public_operation


class Health(ResponseModel):
    """It is, or there would be no answer."""

    status: Literal["ok"] = "ok"


class HealthRequest(RequestModel):
    pass


@public_operation()
async def check_health(bank: Bank, visitor: Visitor, request: HealthRequest) -> Health:
    """Whether the process lives."""
    return Health()


@public_operation()
async def check_readiness(bank: Bank, visitor: Visitor, request: HealthRequest) -> Health:
    """Whether requests can be served: refused as unavailable while the database is gone."""
    await bank.store.ping()
    return Health()
