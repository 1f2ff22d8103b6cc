"""Requests and refusals that several cases share."""

from collections.abc import Mapping
from typing import Final

from bankapp.domain import errors
from bankapp.operations.ledger import accounts
from tests.doors import case
from tests.doors.case import Fields, after, refused
from tests.doors.world import NO_ID, Requester, World


def account(world: World) -> Fields:
    """The owner's account with money."""
    return {"account_id": world.account_id}


def empty_account(world: World) -> Fields:
    """The owner's empty account."""
    return {"account_id": world.empty_account_id}


def payment(world: World) -> Fields:
    """A payment by the owner to the partner."""
    return {
        "from_account_id": world.account_id,
        "to_account_id": world.partner_account_id,
        "amount": 5,
        "currency": "USD",
    }


def _empty_payment(world: World) -> Fields:
    return {
        "from_account_id": world.empty_account_id,
        "to_account_id": world.partner_empty_account_id,
        "currency": "EUR",
    }


def _to_itself(world: World) -> Fields:
    return {"to_account_id": world.account_id}


FROZEN: Final = after(accounts.freeze_account, Requester.BANKER, account)
EMPTY_CLOSED: Final = after(accounts.close_account, Requester.OWNER, empty_account)
NO_ACCOUNT: Final = refused(errors.NotFound, {"account_id": NO_ID})
TOO_MUCH: Final = {"amount": 10**6}
# Refusals of a transfer, and of a hold.
PAYMENT_REFUSALS: Final = (
    refused(errors.NotFound, {"to_account_id": NO_ID}),
    refused(errors.NotFound, {"from_account_id": NO_ID}),
    refused(errors.SameAccount, _to_itself),
    refused(errors.CurrencyMismatch, {"currency": "EUR"}),
    refused(errors.AccountFrozen, given=FROZEN),
    refused(errors.AccountClosed, _empty_payment, given=EMPTY_CLOSED),
    refused(errors.InsufficientFunds, TOO_MUCH),
)
NEVER_FULL: Final[Mapping[type[errors.Refusal], str]] = {
    errors.BalanceLimitExceeded: (
        "all balances of customers together are what the cash account has paid out: one limit"
    )
}
OWNER_ALONE: Final = case.users(
    other=errors.NotFound, banker=errors.NotFound, admin=errors.NotFound
)
# For a payment or a hold by the partner.
OWNER_FOR_PARTNER: Final = case.users(partner=errors.Forbidden, other=errors.NotFound)
