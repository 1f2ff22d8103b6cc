"""Health checks."""

from typing import Literal

from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.fields import RequestModel, ResponseModel
from bankapp.operations.operation import public_operation


class Health(ResponseModel):
    """The bank is well. A bank that is not well does not answer, or refuses."""

    status: Literal["ok"]


class HealthRequest(RequestModel):
    pass


@public_operation()
async def check_health(bank: Bank, visitor: Visitor, request: HealthRequest) -> Health:
    """Check that the process is alive."""
    return Health(status="ok")


@public_operation()
async def check_readiness(bank: Bank, visitor: Visitor, request: HealthRequest) -> Health:
    """Check that requests can be served. They are `unavailable` while the database is gone.

    A database that can only be read counts as gone, although reads are answered.
    """
    await bank.store.ping()
    return Health(status="ok")
