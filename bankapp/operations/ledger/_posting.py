"""Helpers of the operations that move or hold money."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from bankapp.domain import errors
from bankapp.domain.postings import Posting
from bankapp.operations.bank import Bank
from bankapp.store.engine.idempotency import Answer
from bankapp.store.ledger.outcomes import Held, Posted

Response = TypeVar("Response", bound=BaseModel)

ACCOUNT_REFUSALS = (
    errors.NotFound,
    errors.AccountFrozen,
    errors.AccountClosed,
    errors.BalanceLimitExceeded,
)


async def post_transfer(
    bank: Bank, posting: Posting, answer: Callable[[Posted], Response]
) -> Answer[Response]:
    """Post a movement of money; `answer` makes the response. Raises the posting's refusal."""
    posted = await _post(bank, posting)
    assert isinstance(posted, Posted)
    return Answer(answer(posted), posted.replayed_request_id)


async def post_hold(
    bank: Bank, posting: Posting, answer: Callable[[Held], Response]
) -> Answer[Response]:
    """Post a hold or its release, as `post_transfer` does."""
    held = await _post(bank, posting)
    assert isinstance(held, Held)
    return Answer(answer(held), held.replayed_request_id)


async def _post(bank: Bank, posting: Posting) -> Posted | Held:
    outcome = await bank.store.postings.submit(posting)
    if isinstance(outcome, errors.Refusal):
        raise outcome
    return outcome
