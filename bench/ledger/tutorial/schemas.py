"""Requests and responses."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[int, Field(ge=1)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class TransferRequest(BaseModel):
    """A transfer to make, in minor units."""

    from_account_id: Id
    to_account_id: Id
    amount: Annotated[int, Field(gt=0)]
    currency: Currency


class Row(BaseModel):
    """A response that is made from a row."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: datetime


class Account(Row):
    """An account, for its owner."""

    owner: str
    balance: int
    currency: str


class Transfer(Row):
    """A transfer that was made."""

    from_account_id: int
    to_account_id: int
    amount: int


class Entry(Row):
    """One side of a transfer."""

    account_id: int
    amount: int


class TransferResult(BaseModel):
    """A transfer with the payer's side of it."""

    transfer: Transfer
    from_account: Account
    from_entry: Entry
