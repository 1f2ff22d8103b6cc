"""What goes in and comes out."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[int, Field(ge=1)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class TransferRequest(BaseModel):
    """In minor units."""

    from_account_id: Id
    to_account_id: Id
    amount: Annotated[int, Field(gt=0)]
    currency: Currency


class Row(BaseModel):
    """Made from a row."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: datetime


class Account(Row):
    """As its owner sees it."""

    owner: str
    balance: int
    currency: str


class Transfer(Row):
    """What was done."""

    from_account_id: int
    to_account_id: int
    amount: int


class Entry(Row):
    """One side of it."""

    account_id: int
    amount: int


class TransferResult(BaseModel):
    """A transfer with the payer's side of it."""

    transfer: Transfer
    from_account: Account
    from_entry: Entry
