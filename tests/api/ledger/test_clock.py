"""The clock of the database steps back: history is told as far as the account has come."""

from datetime import timedelta

import pytest

from tests.api.client import Api
from tests.clock import Clock


@pytest.mark.exact_time
async def test_history_at_a_time_is_told_up_to_the_time_of_the_account(
    api: Api, clock: Clock
) -> None:
    alice = await api.person("alice")
    account = await api.make.account(owner="alice", balance=5)
    path = f"/v1/accounts/{account.id}/balance"
    now = (await alice.get(path)).body["at"]
    clock.set(-timedelta(seconds=30))
    there = await alice.get(path)
    assert there.body["balance"] == 5
    assert there.body["at"] <= now
    assert (await alice.get(f"{path}?at={there.body['at']}")).body == there.body
    assert (await alice.get(f"{path}?at={now}")).wrong_fields == {"at"}
