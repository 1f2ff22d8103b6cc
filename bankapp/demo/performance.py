"""The demo: it checks that the bank may be filled, and fills it with the month."""

from dataclasses import replace
from datetime import UTC, datetime

from bankapp.command_errors import Failure
from bankapp.demo.cast import BANKER, NEWCOMER
from bankapp.demo.month import Progress, live
from bankapp.demo.teller import Teller
from bankapp.domain import errors, limits
from bankapp.operations.bank import Bank, Rules


async def perform_demo(bank: Bank, *, seed: int, anyway: bool, progress: Progress) -> bool:
    """Fill the bank with the month; False if that was done before.

    An interrupted demo continues, and repeats nothing. Raises Failure if other users' money moves
    in the bank already, unless `anyway`, and if the demo cannot go on.
    """
    if await bank.store.read.users.get_user(username=NEWCOMER.username) is not None:
        return False
    await _require_room(bank, anyway=anyway)
    unlimited = replace(bank, rules=Rules(limits_rates=False))
    try:
        await live(Teller(unlimited), seed, progress)
    except errors.IdempotencyKeyReused:
        raise Failure("another demo was begun here; go on with its --seed") from None
    except errors.Refusal as refusal:
        raise Failure(f"the demo cannot go on here: {refusal.detail}") from refusal
    return True


async def _require_room(bank: Bank, *, anyway: bool) -> None:
    begun = await bank.store.read.users.get_user(username=BANKER.username)
    if begun is None:
        size = await bank.store.read.reports.get_ledger_size()
        if size.entry_count and not anyway:
            raise Failure(
                "money moves in this bank already; take an empty one, or add the demo with --anyway"
            )
    elif datetime.now(UTC) - begun.created_at > limits.IDEMPOTENCY_KEY_LIFETIME:
        # Its keys have expired, so its requests would be done again.
        raise Failure(
            "a demo was begun here more than a day ago and not finished; take an empty bank"
        )
