"""Cases of transfers."""

from typing import Final

from bankapp.domain import errors, limits
from bankapp.operations.ledger import accounts, batches, transfers
from tests.doors import case
from tests.doors.case import Ask, Case, Fields, Keyed, after, refused
from tests.doors.cases.ledger.shared import (
    EMPTY_CLOSED,
    FROZEN,
    NEVER_FULL,
    NO_ACCOUNT,
    OWNER_ALONE,
    OWNER_FOR_PARTNER,
    PAYMENT_REFUSALS,
    TOO_MUCH,
    account,
    empty_account,
    payment,
)
from tests.doors.shapes import PAYMENT, TRANSFER, page_of
from tests.doors.world import NO_ID, Requester, World


def _cash(world: World) -> Fields:
    return {"account_id": world.account_id, "amount": 5, "currency": "USD"}


def _empty_cash(world: World) -> Fields:
    return {"account_id": world.empty_account_id, "amount": 5, "currency": "EUR"}


def _batch(world: World, amount: int = 5) -> Fields:
    return {"mode": "atomic", "transfers": [{**payment(world), "amount": amount}]}


def _refund(world: World) -> Fields:
    return {"transfer_id": world.received_id, "amount": 5}


async def _refund_made(ask: Ask, world: World) -> Fields:
    refund = await ask(transfers.reverse_transfer, world, Requester.OWNER, _refund)
    return {"transfer_id": refund["id"]}


async def _deposit_into_closed(ask: Ask, world: World) -> Fields:
    deposit = await ask(transfers.create_deposit, world, Requester.BANKER, _empty_cash)
    await ask(transfers.create_withdrawal, world, Requester.BANKER, _empty_cash)
    await ask(accounts.close_account, world, Requester.OWNER, empty_account)
    return {"transfer_id": deposit["id"]}


_REFUNDED: Final = after(
    transfers.reverse_transfer, Requester.OWNER, lambda world: {"transfer_id": world.received_id}
)
_PAID_OUT: Final = after(
    transfers.create_withdrawal, Requester.BANKER, lambda world: {**_cash(world), "amount": 1000}
)
_CASH_REFUSALS: Final = (
    NO_ACCOUNT,
    refused(errors.CurrencyMismatch, {"currency": "EUR"}),
    refused(errors.AccountFrozen, given=FROZEN),
    refused(errors.AccountClosed, _empty_cash, given=EMPTY_CLOSED),
)
CASES: Final = (
    Case(
        operation=transfers.create_transfer,
        request=payment,
        who_may=OWNER_ALONE,
        answer=PAYMENT,
        provocations=PAYMENT_REFUSALS,
        unprovoked=NEVER_FULL,
        keyed=Keyed(other={"amount": 6}, refused=errors.InsufficientFunds),
        is_limited=True,
        needs_verified_email=True,
    ),
    Case(
        operation=transfers.create_deposit,
        request=_cash,
        who_may=case.bankers(),
        answer=TRANSFER,
        provocations=[
            *_CASH_REFUSALS,
            refused(errors.BalanceLimitExceeded, {"amount": limits.AMOUNT_MAX}),
        ],
        keyed=Keyed(other={"amount": 6}, refused=errors.CurrencyMismatch),
    ),
    Case(
        operation=transfers.create_withdrawal,
        request=_cash,
        who_may=case.bankers(),
        answer=TRANSFER,
        provocations=[*_CASH_REFUSALS, refused(errors.InsufficientFunds, TOO_MUCH)],
        unprovoked=NEVER_FULL,
        keyed=Keyed(other={"amount": 6}, refused=errors.InsufficientFunds),
    ),
    Case(
        operation=transfers.reverse_transfer,
        request=_refund,
        who_may=OWNER_FOR_PARTNER,
        answer=TRANSFER,
        provocations=[
            refused(errors.NotFound, {"transfer_id": NO_ID}),
            refused(errors.AccountFrozen, given=FROZEN),
            refused(errors.AccountClosed, given=_deposit_into_closed),
            refused(errors.NotReversible, given=_refund_made, by=Requester.PARTNER),
            refused(errors.AlreadyReversed, given=_REFUNDED),
            refused(errors.ReversalExceedsTransfer, TOO_MUCH),
            refused(errors.InsufficientFunds, given=_PAID_OUT),
        ],
        unprovoked=NEVER_FULL,
        keyed=Keyed(other={"amount": 6}, refused=errors.ReversalExceedsTransfer),
        is_limited=True,
        needs_verified_email=True,
    ),
    Case(
        operation=transfers.get_transfer,
        request=lambda world: {"transfer_id": world.paid_id},
        who_may=case.both_sides_and_staff(),
        answer=TRANSFER,
        provocations=[refused(errors.NotFound, {"transfer_id": NO_ID})],
    ),
    Case(
        operation=transfers.list_transfers,
        request=lambda _: {},
        who_may=case.users(),
        answer=page_of(TRANSFER),
        provocations=[
            refused(errors.NotFound, account, by=Requester.OTHER),
            refused(errors.NotFound, {"account_id": NO_ID}, by=Requester.OTHER),
        ],
    ),
    Case(
        operation=batches.create_batch,
        request=_batch,
        # An item that pays from another user's account is refused within the answer.
        who_may=case.users(),
        answer={"results": [{"result": PAYMENT, "problem": None}]},
        keyed=Keyed(other=lambda world: _batch(world, 6), refused=None),
        is_limited=True,
        needs_verified_email=True,
    ),
)
