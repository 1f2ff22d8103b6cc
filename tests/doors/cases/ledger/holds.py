"""Cases of holds."""

from typing import Final

from bankapp.domain import errors
from bankapp.operations.ledger import accounts, holds, transfers
from tests.doors import case
from tests.doors.case import Ask, Case, Fields, Keyed, after, refused
from tests.doors.cases.ledger.shared import (
    FROZEN,
    NEVER_FULL,
    OWNER_ALONE,
    OWNER_FOR_PARTNER,
    PAYMENT_REFUSALS,
    TOO_MUCH,
    empty_account,
    payment,
)
from tests.doors.shapes import HOLD, TRANSFER, page_of
from tests.doors.world import NO_ID, Requester, World


def _hold(world: World) -> Fields:
    return {"hold_id": world.hold_id}


async def _hold_for_closed(ask: Ask, world: World) -> Fields:
    cash = {"account_id": world.partner_empty_account_id, "amount": 5, "currency": "EUR"}
    promise = {
        "from_account_id": world.partner_empty_account_id,
        "to_account_id": world.empty_account_id,
        "amount": 5,
        "currency": "EUR",
    }
    await ask(transfers.create_deposit, world, Requester.BANKER, cash)
    held = await ask(holds.create_hold, world, Requester.PARTNER, promise)
    # No account closes while an open hold names it.
    await ask(holds.void_hold, world, Requester.OWNER, {"hold_id": held["id"]})
    await ask(accounts.close_account, world, Requester.OWNER, empty_account)
    return {"hold_id": held["id"]}


_VOIDED: Final = after(holds.void_hold, Requester.OWNER, _hold)
_NO_HOLD: Final = refused(errors.NotFound, {"hold_id": NO_ID})
CASES: Final = (
    Case(
        operation=holds.create_hold,
        request=payment,
        who_may=OWNER_ALONE,
        answer=HOLD,
        provocations=PAYMENT_REFUSALS,
        unprovoked={errors.BalanceLimitExceeded: "a hold moves nothing"},
        keyed=Keyed(other={"amount": 6}, refused=errors.InsufficientFunds),
        is_limited=True,
        needs_verified_email=True,
    ),
    Case(
        operation=holds.get_hold,
        request=_hold,
        who_may=case.both_sides_and_staff(),
        answer=HOLD,
        provocations=[_NO_HOLD],
    ),
    Case(
        operation=holds.list_holds,
        request=lambda _: {},
        who_may=case.users(),
        answer=page_of(HOLD),
    ),
    Case(
        operation=holds.capture_hold,
        request=lambda world: {"hold_id": world.hold_id, "amount": 5},
        who_may=OWNER_FOR_PARTNER,
        answer={"hold": HOLD, "transfer": TRANSFER},
        provocations=[
            _NO_HOLD,
            refused(errors.AccountFrozen, given=FROZEN),
            refused(errors.AccountClosed, given=_hold_for_closed),
            refused(errors.HoldNotOpen, given=_VOIDED),
            refused(errors.CaptureExceedsHold, TOO_MUCH),
        ],
        unprovoked=NEVER_FULL,
        keyed=Keyed(other={"amount": 6}, refused=errors.CaptureExceedsHold),
        is_limited=True,
    ),
    Case(
        operation=holds.void_hold,
        request=_hold,
        who_may=case.both_sides_and_staff(),
        answer=HOLD,
        provocations=[_NO_HOLD, refused(errors.HoldNotOpen, given=_VOIDED)],
        keyed=Keyed(other={"hold_id": NO_ID}, refused=errors.NotFound),
        is_limited=True,
    ),
)
