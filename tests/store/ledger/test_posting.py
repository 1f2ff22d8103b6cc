"""The posting call: the items that it accepts and refuses, and its result."""

from dataclasses import replace
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors as pg

from bankapp.domain import errors, limits
from bankapp.domain.origin import Origin
from bankapp.domain.postings import Posting
from bankapp.store.ledger import postings
from bankapp.store.ledger.outcomes import Outcome, Posted
from bankapp.store.store import Store
from gen import enums, models
from gen.queries import Queries
from tests.factories import Make, deposit, transfer, withdrawal
from tests.rows import columns

Connection = psycopg.Connection[tuple[Any, ...]]


def codes(outcomes: list[Outcome]) -> list[str]:
    return [outcome.code if isinstance(outcome, errors.Refusal) else "ok" for outcome in outcomes]


async def balance(store: Store, account: models.CustomerAccount) -> int:
    row = await store.accounts.get(account.id)
    assert row is not None
    return row.balance


def test_every_refusal_of_the_database_is_known() -> None:
    assert errors.REFUSALS.keys() >= set(enums.PostingRefusal)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        pytest.param(1000, "ok", id="to the last cent"),
        pytest.param(1001, "insufficient_funds", id="one cent short"),
    ],
)
async def test_funds_of_a_payer(store: Store, make: Make, amount: int, expected: str) -> None:
    source, target = await make.account(balance=1000), await make.account()
    assert codes(await store.postings.post([transfer(source, target, amount)])) == [expected]
    moved = amount if expected == "ok" else 0
    assert await balance(store, source) == 1000 - moved
    assert await balance(store, target) == moved


async def test_an_accepted_transfer_returns_what_was_written(
    store: Store, make: Make, connection: Connection
) -> None:
    source, target = await make.account(balance=1000), await make.account(balance=5)
    posting = replace(transfer(source, target, 300), description="rent")
    [posted] = await store.postings.post([posting])
    assert isinstance(posted, Posted)
    q = Queries(connection)
    [stored] = q.transfers.list_transfers_by_id(ids=[posted.transfer.id])
    assert columns(posted.transfer) <= columns(stored.transfer)
    assert (stored.from_owner, stored.to_owner) == (source.owner, target.owner)
    [payer] = q.accounts.list_accounts_by_id(ids=[source.id])
    assert posted.from_account is not None
    assert columns(posted.from_account) <= columns(payer)
    assert payer.available_balance == 700
    before = posted.transfer.id + 1
    [debit, credit] = q.entries.list_entries(
        account_ids=[source.id, target.id],
        before_transfer_ids=[before, before],
        row_counts_max=[1, 1],
    )
    assert columns(posted.from_entry) <= columns(debit)
    assert (debit.amount, debit.balance_after) == (-300, 700)
    assert (credit.amount, credit.balance_after) == (300, 305)


async def test_cash_comes_from_and_goes_to_the_cash_account(
    store: Store, make: Make, connection: Connection
) -> None:
    account = await make.account()
    paid_in, paid_out = await store.postings.post([deposit(account, 500), withdrawal(account, 200)])
    assert isinstance(paid_in, Posted)
    assert isinstance(paid_out, Posted)
    cash = paid_in.transfer.from_account_id
    assert paid_out.transfer.to_account_id == cash
    assert await balance(store, account) == 300
    assert paid_in.from_account is None
    assert await store.accounts.get(cash) is None
    row = Queries(connection).accounts.lock_account(id=cash)
    assert row is not None
    assert (row.kind, row.balance) == (enums.AccountKind.CASH, -300)


async def test_a_batch_is_decided_in_order(store: Store, make: Make) -> None:
    a, b, c = await make.account(balance=100), await make.account(), await make.account()
    outcomes = await store.postings.post(
        [
            transfer(b, c, 1),  # nothing there yet
            transfer(a, b, 60),
            transfer(a, b, 60),  # 40 left
            transfer(b, c, 60),  # what just came
            transfer(a, c, 40),
            withdrawal(c, 101),
            withdrawal(c, 100),
        ]
    )
    assert codes(outcomes) == [
        "insufficient_funds",
        "ok",
        "insufficient_funds",
        "ok",
        "ok",
        "insufficient_funds",
        "ok",
    ]
    assert [await balance(store, account) for account in (a, b, c)] == [0, 0, 0]


async def test_the_largest_batch_with_one_bad_item_in_it(store: Store, make: Make) -> None:
    source, target = await make.account(balance=10_000), await make.account()
    batch = [transfer(source, target, 1) for _ in range(limits.POSTING_COUNT_MAX)]
    batch[500] = replace(batch[500], to_account_id=limits.ID_MAX)
    outcomes = codes(await store.postings.post(batch))
    assert outcomes.pop(500) == "not_found"
    assert set(outcomes) == {"ok"}
    assert await balance(store, target) == limits.POSTING_COUNT_MAX - 1


async def test_an_empty_batch(store: Store) -> None:
    assert await store.postings.post([]) == []


async def test_refusals_in_order_of_precedence(
    store: Store, make: Make, connection: Connection
) -> None:
    """Each item breaks one rule and all rules after it, and is refused for the first."""
    payer = await make.user()
    usd = await make.account(owner=payer.username)
    eur = await make.account(owner=payer.username, currency="EUR")
    other = await make.account()
    frozen, closed = await make.account(), await make.account()
    connection.execute("UPDATE accounts SET status = 'frozen' WHERE id = %s", [frozen.id])
    connection.execute("UPDATE accounts SET status = 'closed' WHERE id = %s", [closed.id])
    cash = connection.execute(
        "SELECT id FROM accounts WHERE owner IS NULL AND currency = 'USD'"
    ).fetchone()
    connection.commit()
    assert cash is not None
    too_much = limits.AMOUNT_MAX

    def changed(posting: Posting, **changes: Any) -> Posting:
        return replace(posting, **changes)

    nobody = Origin(payer.username, session_id=uuid4())
    cases = [
        (
            changed(transfer(usd, usd, too_much), from_account_id=limits.ID_MAX, origin=nobody),
            "unauthenticated",
        ),
        (changed(transfer(usd, usd, too_much), from_account_id=limits.ID_MAX), "not_found"),
        (changed(transfer(usd, other, too_much), to_account_id=limits.ID_MAX), "not_found"),
        (changed(transfer(other, usd, too_much), required_owner=payer.username), "not_found"),
        (changed(transfer(usd, other, too_much), to_account_id=cash[0]), "not_found"),
        (changed(transfer(usd, other, too_much), from_account_id=cash[0]), "not_found"),
        (changed(deposit(usd, too_much), to_account_id=cash[0]), "not_found"),
        (changed(withdrawal(usd, too_much), from_account_id=cash[0]), "not_found"),
        (changed(transfer(usd, usd, too_much), currency="EUR"), "same_account"),
        (transfer(usd, eur, too_much), "currency_mismatch"),
        (transfer(eur, usd, too_much), "currency_mismatch"),
        (changed(transfer(usd, eur, too_much), currency="EUR"), "currency_mismatch"),
        (changed(transfer(usd, frozen, too_much), currency="EUR"), "currency_mismatch"),
        (changed(deposit(usd, 1), currency="EUR"), "currency_mismatch"),
        (changed(deposit(usd, 1), currency="XXX"), "currency_mismatch"),
        (changed(withdrawal(usd, 1), currency="XXX"), "currency_mismatch"),
        (transfer(frozen, closed, too_much), "account_frozen"),
        (deposit(frozen, 1), "account_frozen"),
        (transfer(usd, closed, too_much), "account_closed"),
        (deposit(closed, 1), "account_closed"),
        (transfer(usd, other, too_much), "insufficient_funds"),
    ]
    outcomes = await store.postings.post([posting for posting, _ in cases])
    assert codes(outcomes) == [expected for _, expected in cases]


@pytest.mark.parametrize(
    ("held", "amount", "expected"),
    [
        pytest.param(1, limits.AMOUNT_MAX - 1, "ok", id="to the limit"),
        pytest.param(2, limits.AMOUNT_MAX - 1, "balance_limit_exceeded", id="one over"),
    ],
)
async def test_the_balance_limit(
    store: Store, make: Make, held: int, amount: int, expected: str
) -> None:
    account = await make.account(balance=held)
    assert codes(await store.postings.post([deposit(account, amount)])) == [expected]


async def test_the_limit_of_the_cash_balance(
    store: Store, make: Make, connection: Connection
) -> None:
    """Goal: the last deposits that the bank's cash can be paid against are refused, not lost."""
    account = await make.account(balance=1)
    connection.execute("ALTER TABLE accounts DISABLE TRIGGER USER")
    connection.execute("UPDATE accounts SET balance = -(2::numeric^63 - 10) WHERE kind = 'cash'")
    connection.execute("ALTER TABLE accounts ENABLE TRIGGER USER")
    connection.commit()
    outcomes = await store.postings.post([deposit(account, 9), deposit(account, 1)])
    assert codes(outcomes) == ["ok", "balance_limit_exceeded"]


async def test_entries_of_a_batch_carry_the_running_balance(
    store: Store, make: Make, connection: Connection
) -> None:
    a, b = await make.account(balance=100), await make.account()
    await store.postings.post([transfer(a, b, 10), transfer(b, a, 4), transfer(a, b, 1)])
    entries = Queries(connection).entries.list_entries(
        account_ids=[a.id], before_transfer_ids=[limits.ID_MAX], row_counts_max=[10]
    )
    assert [(entry.amount, entry.balance_after) for entry in entries] == [
        (-1, 93),
        (4, 94),
        (-10, 90),
        (100, 100),
    ]


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan", "auto"])
async def test_the_call_does_not_scan_accounts(
    store: Store, make: Make, connection: Connection, mode: LiteralString
) -> None:
    """The plans of the call look accounts up by their keys, however the session wants plans."""
    source, target = await make.account(balance=100), await make.account()
    connection.execute(
        "INSERT INTO users (username, hashed_password, full_name, email) "
        "SELECT 'many_' || n, 'x', 'x', n || '@many' FROM generate_series(1, 20000) AS n"
    )
    connection.execute(
        "INSERT INTO accounts (owner, currency) "
        "SELECT 'many_' || n, 'USD' FROM generate_series(1, 20000) AS n"
    )
    connection.commit()
    connection.autocommit = True
    connection.execute("ANALYZE accounts")
    connection.execute(f"SET plan_cache_mode = {mode}")

    def scanned() -> int:
        connection.execute("SELECT pg_stat_force_next_flush()")
        row = connection.execute(
            "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'accounts'"
        ).fetchone()
        assert row is not None
        return int(row[0])

    before = scanned()
    for _ in range(8):
        Queries(connection).transfers.post_transfers(
            postings.parameters([transfer(source, target, 1)])
        )
    assert scanned() == before


@pytest.mark.parametrize("is_prepared", [False, True])
async def test_the_call_sets_how_long_its_locks_are_waited_for(
    make: Make, connection: Connection, database_url: str, *, is_prepared: bool
) -> None:
    """Goal: the call's own limit counts, and ends with its transaction.

    Method: keep an account from a session that would wait longer; look what counts afterwards.
    """
    source, target = await make.account(balance=100), await make.account()
    given = postings.parameters([transfer(source, target, 1)], lock_timeout_s=0.01)
    options = "-c lock_timeout=0 -c statement_timeout=5s"
    with psycopg.connect(
        database_url,
        autocommit=True,
        options=options,
        prepare_threshold=0 if is_prepared else None,
    ) as session:
        q = Queries(session).transfers
        q.post_transfers(given)
        connection.execute("SELECT FROM accounts WHERE id = %s FOR UPDATE", [source.id])
        with pytest.raises(pg.LockNotAvailable):
            q.post_transfers(given)
        connection.rollback()
        q.post_transfers(given)
        assert session.execute("SHOW lock_timeout").fetchone() == ("0",)
        with session.transaction():
            q.post_transfers(given)
            assert session.execute("SHOW lock_timeout").fetchone() == ("10ms",)
        assert session.execute("SHOW lock_timeout").fetchone() == ("0",)


async def test_without_a_limit_the_call_waits_as_its_session_does(
    make: Make, connection: Connection
) -> None:
    """A server of the version before sets the session's limit, and gives none."""
    account = await make.account()
    connection.execute("SET LOCAL lock_timeout = '20ms'")
    row = connection.execute(
        "SELECT refusal, from_balance FROM post_transfers("
        "'{deposit}', '{NULL}', %s::bigint[], '{100}', '{USD}', '{NULL}', '{NULL}',"
        " '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', false)",
        [[account.id]],
    ).fetchone()
    assert row == (None, -100)
    assert connection.execute("SHOW lock_timeout").fetchone() == ("20ms",)
