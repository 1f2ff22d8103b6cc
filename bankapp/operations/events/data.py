"""What events tell of what happened: ids and amounts, never an address or a name of a person."""

import uuid
from typing import Annotated

from pydantic import Field

from bankapp.domain.postings import TransferKind
from bankapp.domain.roles import Role
from bankapp.domain.webhooks import DisabledReason
from bankapp.operations.fields import Amount, Currency, Funds, Id, ResponseModel, Time, Username

Balance = Annotated[
    int,
    Field(description="Integer minor units, after this; negative only for cash of the bank"),
]


class TransferData(ResponseModel):
    """A transfer. The balance of another customer's account is null."""

    transfer_id: Id
    kind: TransferKind
    from_account_id: Id
    to_account_id: Id
    amount: Amount
    currency: Currency
    description: str | None
    reverses_transfer_id: Id | None
    captures_hold_id: Id | None
    from_balance_after: Balance | None
    to_balance_after: Balance | None


class HoldData(ResponseModel):
    """A hold as it was placed."""

    hold_id: Id
    from_account_id: Id
    to_account_id: Id
    amount: Amount
    currency: Currency
    description: str | None
    expires_at: Time


class HoldEndData(HoldData):
    """A hold as it ended; what was not captured is available to the payer again."""

    captured_amount: Funds


class UserData(ResponseModel):
    """A user."""

    username: Username


class UserCreatedData(UserData):
    """A user, and the role given."""

    role: Role


class UserChangedData(UserData):
    """A user, and the names of the fields that changed."""

    changed: list[str]


class UserRoleChangedData(UserData):
    """A user, and the role before and after."""

    before: Role
    after: Role


class SessionData(UserData):
    """A session of a user."""

    session_id: uuid.UUID


class AccountData(ResponseModel):
    """An account of a customer."""

    account_id: Id
    owner: Username


class AccountOpenedData(AccountData):
    """An account of a customer, and its currency."""

    currency: Currency


class WebhookData(ResponseModel):
    """A webhook; the owner of one of the bank's is null."""

    webhook_id: Id
    owner: Username | None


class WebhookDisabledData(WebhookData):
    """A webhook, and why the bank sends it nothing more."""

    reason: DisabledReason
