"""What the operations that move or hold money share."""

from bankapp.domain import errors
from bankapp.domain.money import Posting
from bankapp.operations.operation import Bank, Caller
from bankapp.store.ledger.postings import Held, Posted

ACCOUNT_REFUSALS = (
    errors.IdempotencyKeyReused,
    errors.NotFound,
    errors.AccountFrozen,
    errors.AccountClosed,
    errors.BalanceLimitExceeded,
)


async def post_transfer(bank: Bank, caller: Caller, posting: Posting) -> Posted:
    """Post what moves money; raises the refusal of it."""
    posted = await _post(bank, caller, posting)
    assert isinstance(posted, Posted)
    return posted


async def post_hold(bank: Bank, caller: Caller, posting: Posting) -> Held:
    """Post what holds money or lets it go; raises the refusal of it."""
    held = await _post(bank, caller, posting)
    assert isinstance(held, Held)
    return held


async def _post(bank: Bank, caller: Caller, posting: Posting) -> Posted | Held:
    outcome = await bank.store.post_one(posting)
    if isinstance(outcome, errors.Refusal):
        raise outcome
    caller.call.is_replay = outcome.replayed_request_id is not None
    return outcome
