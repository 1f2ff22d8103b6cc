"""The one posting call: what it accepts, refuses and returns."""

import pytest

from bankapp.domain import errors, limits
from bankapp.store.postings import Posted
from bankapp.store.store import Store
from tests.factories import Make, deposit, transfer, withdrawal


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        pytest.param(1000, None, id="to the last cent"),
        pytest.param(1001, errors.InsufficientFunds, id="one cent short"),
    ],
)
async def test_funds(
    store: Store, make: Make, amount: int, refusal: type[errors.Refusal] | None
) -> None:
    source, target = await make.account(balance=1000), await make.account()
    [outcome] = await store.post([transfer(source, target, amount)])
    assert isinstance(outcome, refusal or Posted)
    moved = 0 if refusal else amount
    after = await store.get_account(source.id)
    assert after is not None
    assert after.balance == 1000 - moved
