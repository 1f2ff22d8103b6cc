"""Programs that use the bank."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from bankapp.domain import limits
from bankapp.domain.roles import Role
from bankapp.store.store import Store
from bankapp_client import models, problems
from client_tests.clients import Connect, Connected
from tests.factories import Make, deposit

LogIn = Callable[..., Awaitable[Connected]]


async def test_a_first_transfer(connect: Connect, bank_url: str, log_in: LogIn) -> None:
    alice, bob = connect(bank_url), await log_in("bob")
    password = "correct horse battery"
    await alice.ask(
        "create_user",
        username="alice",
        password=password,
        full_name="Alice Ågren",
        email="alice@example.com",
    )
    opened = await alice.ask("log_in", username="alice", password=password)
    assert opened.user.full_name == "Alice Ågren"
    source = await alice.ask("open_account", currency="USD")
    target = await bob.ask("open_account", currency="USD")
    banker = await log_in("banker", Role.BANKER)
    await banker.ask("create_deposit", source.id, amount=10_000, currency="USD")
    made = await alice.ask(
        "create_transfer",
        from_account_id=source.id,
        to_account_id=target.id,
        amount=1050,
        currency="USD",
        description="lunch",
    )
    assert made.transfer.kind == "transfer"
    assert made.from_account.balance == 8950
    [entry] = await bob.read("list_entries", target.id)
    assert (entry.amount, entry.transfer_id) == (1050, made.transfer.id)
    assert entry.created_at.tzinfo is not None
    balance = await bob.ask("get_balance", target.id, at=datetime(2020, 1, 1, tzinfo=UTC))
    assert balance.balance == 0


async def test_a_refusal_is_an_exception(log_in: LogIn) -> None:
    alice = await log_in("alice")
    account = await alice.ask("open_account", currency="USD")
    with pytest.raises(problems.NotFound) as missed:
        await alice.ask("get_account", account.id + 1000)
    assert (missed.value.status, missed.value.retryable) == (404, False)
    assert missed.value.request_id
    with pytest.raises(problems.ValidationFailed) as refused:
        await alice.ask("open_account", currency="usd")
    [violation] = refused.value.violations
    assert violation.field == "currency"
    assert "currency: " in str(refused.value)


async def test_a_batch(log_in: LogIn, make: Make) -> None:
    alice = await log_in("alice")
    source = await make.account(owner="alice", balance=100)
    target = await make.account()
    items = [
        models.BatchItem(
            from_account_id=source.id, to_account_id=target.id, amount=amount, currency="USD"
        )
        for amount in (60, 60)
    ]
    answer = await alice.ask("create_batch", mode="independent", transfers=items)
    paid, refused = answer.results
    assert paid.result.from_account.balance == 40
    assert refused.problem.code == problems.InsufficientFunds.code


async def test_a_name_that_must_be_quoted(log_in: LogIn) -> None:
    alice = await log_in("alice")
    with pytest.raises(problems.NotFound):
        await alice.ask("get_user", "a/b?c#d")


@pytest.mark.parametrize("page_size", [1, 100])
async def test_a_list_is_walked_to_its_end(
    log_in: LogIn, make: Make, store: Store, page_size: int
) -> None:
    count = 3 if page_size == 1 else 2 * limits.PAGE_SIZE_MAX + 1
    alice = await log_in("alice")
    account = await make.account(owner="alice")
    await store.postings.post([deposit(account, number) for number in range(1, count + 1)])
    entries = await alice.read("list_entries", account.id, page_size=page_size)
    assert [entry.amount for entry in entries] == list(range(count, 0, -1))


async def test_a_list_goes_on_from_a_cursor(log_in: LogIn, make: Make, store: Store) -> None:
    alice = await log_in("alice")
    account = await make.account(owner="alice")
    await store.postings.post([deposit(account, number) for number in range(1, 4)])
    listed = alice.client.list_entries(account.id, page_size=2)
    cursor = (await alice.first_page(listed)).next_cursor
    [oldest] = await alice.read("list_entries", account.id, page_size=2, cursor=cursor)
    assert oldest.amount == 1


async def test_a_session_goes_on_with_its_tokens(
    log_in: LogIn, connect: Connect, bank_url: str
) -> None:
    alice = await log_in("alice")
    again = connect(bank_url, tokens=alice.client.tokens)
    [session] = await again.read("list_sessions")
    assert session.is_current
    await alice.ask("log_out")
    with pytest.raises(problems.Unauthenticated):
        await again.read("list_sessions")
