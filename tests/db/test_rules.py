"""The database enforces its rules by itself, for every role and every statement."""

import asyncio
from typing import Any, Final, LiteralString

import psycopg
import pytest
from psycopg import errors as pg

from bankapp.store.engine.session import APPLICATION_ROLE
from bankapp.store.engine.transaction import Pool
from bankapp.store.ledger import postings
from bankapp.store.store import Store
from gen import enums
from gen.queries import Queries
from tests.factories import Make, transfer
from tests.waiting import until_waiting

Connection = psycopg.Connection[tuple[Any, ...]]

# A transfer of 10 from account 1 to account 2, and its entries, each value open to be broken.
TRANSFER: Final = "(1000, 'transfer', %(source)s, %(target)s, 10, 'USD', now())"
DEBIT: Final = "(2000, 1000, %(source)s, -10, 90, now())"
CREDIT: Final = "(2001, 1000, %(target)s, 10, 10, now())"
INTO_TRANSFERS: Final = """
INSERT INTO transfers (id, kind, from_account_id, to_account_id, amount, currency, created_at)
VALUES """
INTO_ENTRIES: Final = """
INSERT INTO entries (id, transfer_id, account_id, amount, balance_after, created_at)
VALUES """
LIES: Final = """
CREATE SCHEMA lies;
CREATE FUNCTION lies.yes(bigint, bigint) RETURNS bool RETURN true;
CREATE FUNCTION lies.no(bigint, bigint) RETURNS bool RETURN false;
CREATE OPERATOR lies.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = lies.yes);
CREATE OPERATOR lies.<> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = lies.no);
"""


def moved(*entries: LiteralString, transfers: LiteralString = TRANSFER) -> LiteralString:
    """A statement that adds transfers and entries."""
    if not entries:
        return INTO_TRANSFERS + transfers
    return "WITH moved AS (" + INTO_TRANSFERS + transfers + ")" + INTO_ENTRIES + ", ".join(entries)


@pytest.fixture
async def pair(make: Make, connection: Connection) -> dict[str, int]:
    """Two accounts in USD, of which `source` holds 100, and others."""
    source, target = await make.account(balance=100), await make.account()
    euro, other = await make.account(currency="EUR"), await make.account()
    [(cash,)] = connection.execute(
        "SELECT id FROM accounts WHERE kind = 'cash' AND currency = 'USD'"
    ).fetchall()
    [(deposit,)] = connection.execute("SELECT id FROM transfers").fetchall()
    connection.commit()
    return {
        "source": source.id,
        "target": target.id,
        "euro": euro.id,
        "other": other.id,
        "cash": cash,
        "deposit": deposit,
    }


def test_a_transfer_with_its_two_entries_commits(
    connection: Connection, pair: dict[str, int]
) -> None:
    connection.execute(moved(DEBIT, CREDIT), pair)
    connection.commit()


@pytest.mark.parametrize(
    ("statements", "rule"),
    [
        pytest.param([moved()], "transfers_have_both_entries", id="no entry"),
        pytest.param([moved(DEBIT)], "transfers_have_both_entries", id="the debit only"),
        pytest.param([moved(CREDIT)], "transfers_have_both_entries", id="the credit only"),
        pytest.param(
            [moved(DEBIT, CREDIT.replace("10, 10", "11, 11"))],
            "transfers_have_both_entries",
            id="unequal entries",
        ),
        pytest.param(
            [moved(DEBIT.replace("-10, 90", "-11, 89"), CREDIT)],
            "transfers_have_both_entries",
            id="a debit of another amount",
        ),
        pytest.param(
            [moved(DEBIT.replace("-10, 90", "-9, 91"), CREDIT.replace("10, 10", "9, 9"))],
            "transfers_have_both_entries",
            id="equal entries of another amount",
        ),
        pytest.param(
            [moved(DEBIT, CREDIT, transfers=TRANSFER.replace("%(source)s", "%(other)s"))],
            "transfers_have_both_entries",
            id="another's debit",
        ),
        pytest.param(
            [moved(DEBIT, CREDIT, transfers=TRANSFER.replace("%(target)s", "%(other)s"))],
            "transfers_have_both_entries",
            id="another's credit",
        ),
        pytest.param(
            ["UPDATE accounts SET balance = 90 WHERE id = %(source)s"],
            "accounts_balance_of_last_entry",
            id="a balance without entry",
        ),
        pytest.param(
            [moved(DEBIT.replace("90", "80"))],
            "entries_running_balance",
            id="an entry that does not continue the one before",
        ),
        pytest.param(
            [
                "ALTER TABLE accounts DISABLE TRIGGER accounts_balance_of_last_entry",
                "UPDATE accounts SET balance = 80 WHERE id = %(source)s",
                moved(DEBIT),
            ],
            "entries_running_balance",
            id="an entry that does not continue the balance",
        ),
        pytest.param(
            [
                moved(
                    DEBIT.replace("90", "95"),
                    "(2002, 1001, %(source)s, -10, 80, now())",
                    transfers=TRANSFER + ", " + TRANSFER.replace("(1000", "(1001"),
                ),
            ],
            "entries_running_balance",
            id="the first of two entries does not continue the one before",
        ),
        pytest.param(
            [
                moved(
                    DEBIT.replace("(2000, 1000", "(2010, 1005"),
                    CREDIT.replace("(2001, 1000", "(2011, 1005"),
                    transfers=TRANSFER.replace("(1000", "(1005"),
                ),
                moved(
                    DEBIT.replace("90", "80"),
                    "(2003, 1001, %(source)s, 10, 90, now())",
                    transfers=TRANSFER + ", " + TRANSFER.replace("(1000", "(1001"),
                ),
            ],
            "entries_running_balance",
            id="entries that come before another one and change nothing",
        ),
        pytest.param(
            [
                moved(
                    DEBIT.replace("now()", "now() - interval '1 day'"),
                    CREDIT.replace("now()", "now() - interval '1 day'"),
                    transfers=TRANSFER.replace("now()", "now() - interval '1 day'"),
                )
            ],
            "entries_running_balance",
            id="an entry dated back",
        ),
        pytest.param(
            [
                moved(
                    DEBIT.replace("now()", "now() + interval '1 day'"),
                    "(2002, 1001, %(source)s, -10, 80, now())",
                    transfers=TRANSFER + ", " + TRANSFER.replace("(1000", "(1001"),
                ),
            ],
            "entries_running_balance",
            id="the second of two entries dated back",
        ),
        pytest.param(
            ["UPDATE accounts SET final_at = now() - interval '1 day' WHERE id = %(source)s"],
            "accounts_balance_of_last_entry",
            id="a history that is final before its last entry",
        ),
        pytest.param(
            [
                (
                    "INSERT INTO accounts (owner, currency, balance) "
                    "SELECT owner, 'GBP', 1 FROM accounts WHERE id = %(source)s"
                )
            ],
            "accounts_open_with_nothing",
            id="a new account with money from nowhere",
        ),
    ],
)
def test_books_that_do_not_balance_cannot_commit(
    connection: Connection, pair: dict[str, int], statements: list[LiteralString], rule: str
) -> None:
    def commit() -> None:
        for statement in statements:
            connection.execute(statement, pair)
        connection.commit()

    with pytest.raises(pg.CheckViolation) as refused:
        commit()
    assert refused.value.diag.constraint_name == rule


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (moved(transfers=TRANSFER.replace("10, 'USD'", "0, 'USD'")), "transfers_amount_positive"),
        (moved(transfers=TRANSFER.replace("10, 'USD'", "-10, 'USD'")), "transfers_amount_positive"),
        (
            moved(transfers=TRANSFER.replace("10, 'USD'", "9007199254740992, 'USD'")),
            "transfers_amount_limit",
        ),
        (
            moved(transfers=TRANSFER.replace("%(target)s", "%(source)s")),
            "transfers_accounts_differ",
        ),
        (moved(transfers=TRANSFER.replace("'USD'", "'EUR'")), "transfers_from_account_fkey"),
        (moved(transfers=TRANSFER.replace("%(target)s", "%(euro)s")), "transfers_to_account_fkey"),
        (
            moved(transfers=TRANSFER.replace("%(source)s", "%(euro)s")),
            "transfers_from_account_fkey",
        ),
        (moved(transfers=TRANSFER.replace("%(source)s", "12345")), "transfers_from_account_fkey"),
        (moved(transfers=TRANSFER.replace("(1000", "(%(deposit)s")), "transfers_pkey"),
        (moved(DEBIT.replace("1000,", "1001,")), "entries_one_debit_one_credit"),
        (moved(DEBIT.replace("2000, 1000", "4000, 2000")), "entries_transfer_fkey"),
        (moved(DEBIT.replace("(2000", "(2001")), "entries_one_debit_one_credit"),
        (moved(CREDIT.replace("(2001", "(2000")), "entries_one_debit_one_credit"),
        (moved(DEBIT.replace("-10", "0")), "entries_amount_not_zero"),
        (moved(DEBIT.replace("(2000, 1000", "(2 * %(deposit)s, %(deposit)s")), "entries_pkey"),
        (moved(DEBIT.replace("%(source)s", "12345")), "entries_account_fkey"),
        (
            moved(DEBIT, "(2001, 1000, %(source)s, 10, 100, now())"),
            "entries_account_transfer_key",
        ),
        (moved(DEBIT.replace("-10, 90", "-101, -1")), "accounts_balance_not_negative"),
        (
            moved(
                CREDIT.replace(
                    "%(target)s, 10, 10", "%(source)s, 9007199254740892, 9007199254740992"
                )
            ),
            "accounts_balance_limit",
        ),
        ("UPDATE accounts SET kind = 'cash' WHERE id = %(source)s", "accounts_cash_has_no_owner"),
        ("UPDATE accounts SET owner = NULL WHERE id = %(source)s", "accounts_cash_has_no_owner"),
        ("UPDATE accounts SET status = 'frozen' WHERE kind = 'cash'", "accounts_cash_stays_open"),
        (
            "UPDATE accounts SET status = 'closed' WHERE id = %(source)s",
            "accounts_closed_is_empty",
        ),
        (moved(transfers=TRANSFER.replace("(1000", "(0")), "transfers_id_positive"),
        ("UPDATE accounts SET currency = 'EUR' WHERE id = %(source)s", None),
        ("DELETE FROM accounts WHERE id = %(source)s", None),
        (
            "INSERT INTO accounts (kind, currency) VALUES ('cash', 'USD')",
            "accounts_owner_currency_key",
        ),
        (
            (
                "INSERT INTO accounts (owner, currency) SELECT owner, currency FROM accounts "
                "WHERE id = %(source)s"
            ),
            "accounts_owner_currency_key",
        ),
        ("INSERT INTO accounts (owner, currency) VALUES ('x', 'USD')", "accounts_owner_fkey"),
        ("INSERT INTO currencies VALUES ('usd', 2)", "currencies_code_iso_4217"),
        ("INSERT INTO currencies VALUES ('XXX', 5)", "currencies_exponent_range"),
        ("UPDATE users SET username = 'A B'", "users_username_shape"),
        ("UPDATE users SET full_name = ''", "users_full_name_length"),
        ("UPDATE users SET email = 'a'", "users_email_length"),
        ("UPDATE users SET email = 'Same@example.com'", "users_email_key"),
        (
            (
                "INSERT INTO sessions (username, user_agent, expires_at) "
                "SELECT username, '', now() - interval '1 s' FROM users"
            ),
            "sessions_expire_later",
        ),
        (
            (
                "INSERT INTO sessions (username, user_agent, expires_at) "
                "SELECT username, repeat('x', 501), now() + interval '1 s' FROM users"
            ),
            "sessions_user_agent_length",
        ),
    ],
)
def test_a_named_rule_refuses(
    connection: Connection, pair: dict[str, int], statement: LiteralString, constraint: str | None
) -> None:
    with pytest.raises(psycopg.IntegrityError) as refused:
        connection.execute(statement, pair)
    if constraint is not None:
        assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize("table", ["transfers", "entries"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET amount = amount + 1",
        "UPDATE {} SET amount = amount WHERE false",
        "DELETE FROM {}",
        "DELETE FROM {} WHERE id = 1",
        "TRUNCATE {} CASCADE",
        (
            "INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT * FROM {0} "
            "ON CONFLICT (id) DO UPDATE SET amount = 1"
        ),
        "MERGE INTO {0} USING {0} AS old ON {0}.id = old.id WHEN MATCHED THEN DELETE",
    ],
)
def test_the_books_are_append_only_even_for_the_owner(
    connection: Connection, pair: dict[str, int], table: LiteralString, statement: LiteralString
) -> None:
    if table == "entries":
        statement = statement.replace("OVERRIDING SYSTEM VALUE ", "")
    with pytest.raises(pg.RestrictViolation) as refused:
        connection.execute(statement.format(table))
    assert refused.value.diag.constraint_name in ("transfers_append_only", "entries_append_only")


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(INTO_TRANSFERS + TRANSFER, id="INSERT INTO transfers"),
        pytest.param(INTO_ENTRIES + DEBIT, id="INSERT INTO entries"),
        "UPDATE accounts SET balance = balance + 1 WHERE id = %(source)s",
        "UPDATE entries SET amount = 1",
        "DELETE FROM entries",
        "TRUNCATE entries, transfers",
        "UPDATE transfers SET description = 'x'",
        "DELETE FROM transfers",
        "DELETE FROM accounts",
        "INSERT INTO holds OVERRIDING SYSTEM VALUE SELECT * FROM holds",
        "UPDATE holds SET captured_amount = amount",
        "DELETE FROM holds",
        "UPDATE audit_events SET actor = 'x'",
        "DELETE FROM audit_events",
        "INSERT INTO accounts (kind, currency) VALUES ('cash', 'USD')",
        "INSERT INTO accounts (owner, currency, balance) VALUES ('user_1', 'GBP', 100)",
        "UPDATE accounts SET owner = 'user_1' WHERE id = %(target)s",
        "UPDATE accounts SET currency = 'EUR' WHERE id = %(target)s",
        "INSERT INTO currencies VALUES ('XXX', 2)",
        "DELETE FROM users",
        "UPDATE users SET username = 'x'",
        "ALTER TABLE entries DISABLE TRIGGER ALL",
        "DROP TRIGGER entries_append_only ON entries",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
        "SELECT setval('positions', 1)",
        "CREATE TABLE public.mine ()",
    ],
)
def test_the_application_cannot_touch_the_books_by_hand(
    connection: Connection, pair: dict[str, int], statement: LiteralString
) -> None:
    connection.execute(f"SET ROLE {APPLICATION_ROLE}")
    with pytest.raises(pg.InsufficientPrivilege):
        connection.execute(statement, pair)


async def test_the_posting_call_is_not_fooled_by_objects_of_the_caller(
    connection: Connection, pair: dict[str, int]
) -> None:
    """It runs as its owner: a table of the caller's that hides `accounts` must not be seen."""
    connection.execute(f"SET ROLE {APPLICATION_ROLE}")
    connection.execute("CREATE TEMPORARY TABLE accounts (LIKE public.accounts)")
    connection.execute("SET search_path = pg_temp, public")
    row = connection.execute(
        "SELECT refusal FROM public.post_transfers("
        "'{transfer}', %s::bigint[], %s::bigint[], '{100}', '{USD}', '{NULL}', '{user_1}',"
        " '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', false)",
        [[pair["source"]], [pair["target"]]],
    ).fetchone()
    assert row == (None,)


def test_nobody_else_may_post(connection: Connection) -> None:
    """Not even who may read and write every table."""
    row = connection.execute(
        "SELECT has_function_privilege('pg_write_all_data', 'post_transfers'::regproc, 'EXECUTE')"
    ).fetchone()
    assert row == (False,)


def test_the_balances_are_not_fooled_by_objects_of_a_session(
    connection: Connection, pair: dict[str, int]
) -> None:
    """Goal: a session cannot keep an entry from its account. Method: tables of the same names."""
    connection.execute("CREATE TEMPORARY TABLE entries (LIKE public.entries)")
    connection.execute("CREATE TEMPORARY TABLE accounts (LIKE public.accounts)")
    connection.execute("INSERT INTO accounts OVERRIDING SYSTEM VALUE SELECT * FROM public.accounts")
    statement = moved(DEBIT, CREDIT).replace("INTO entries", "INTO public.entries")
    connection.execute(statement, pair)
    connection.commit()
    query = "SELECT balance FROM public.accounts WHERE id = %(source)s"
    assert connection.execute(query, pair).fetchone() == (90,)


@pytest.mark.parametrize(
    ("statements", "rule"),
    [
        ([moved()], "transfers_have_both_entries"),
        ([moved(DEBIT.replace("90", "80"))], "entries_running_balance"),
        (
            ["UPDATE accounts SET balance = 90 WHERE id OPERATOR(pg_catalog.=) %(source)s"],
            "accounts_balance_of_last_entry",
        ),
    ],
)
def test_the_rules_are_not_fooled_by_operators_of_a_session(
    connection: Connection, pair: dict[str, int], statements: list[LiteralString], rule: str
) -> None:
    connection.execute(LIES)
    connection.commit()
    connection.execute("SET search_path = lies, pg_catalog, public")

    def commit() -> None:
        for statement in statements:
            connection.execute(statement, pair)
        connection.commit()

    with pytest.raises(pg.CheckViolation) as refused:
        commit()
    assert refused.value.diag.constraint_name == rule


async def test_only_one_of_two_can_continue_a_balance(
    connection: Connection, pair: dict[str, int], database_url: str, pool: Pool
) -> None:
    """Goal: no entry comes between others. Method: one that waits finds the balance it has seen."""
    back = TRANSFER.replace("(1000", "(1002").replace(
        "%(source)s, %(target)s", "%(target)s, %(source)s"
    )
    debit_back = DEBIT.replace("2000, 1000, %(source)s, -10, 90", "2004, 1002, %(target)s, -10, 0")
    credit_back = CREDIT.replace(
        "2001, 1000, %(target)s, 10, 10", "2005, 1002, %(source)s, 10, 100"
    )

    def come_between() -> None:
        with psycopg.connect(database_url) as other:
            statement = moved(
                DEBIT.replace("(2000, 1000", "(2002, 1001"),
                transfers=TRANSFER.replace("(1000", "(1001"),
            )
            other.execute(statement, pair)

    connection.execute(moved(DEBIT, CREDIT), pair)
    connection.execute(moved(debit_back, credit_back, transfers=back), pair)
    waiting = asyncio.create_task(asyncio.to_thread(come_between))
    await until_waiting(pool, 1)
    connection.commit()
    with pytest.raises(pg.CheckViolation) as refused:
        await waiting
    assert refused.value.diag.table_name in {"accounts", "entries"}


def test_a_new_currency_is_not_fooled_by_objects_of_a_session(connection: Connection) -> None:
    connection.execute("CREATE TEMPORARY TABLE accounts (LIKE public.accounts)")
    connection.execute("INSERT INTO currencies VALUES ('KWD', 3)")
    rows = connection.execute("SELECT FROM public.accounts WHERE currency = 'KWD'").fetchall()
    assert len(rows) == 1


def test_the_rules_are_not_fooled_by_objects_of_a_session(
    connection: Connection, pair: dict[str, int]
) -> None:
    """A temporary table hides the bank's of the same name from a query, but not from triggers."""
    connection.execute("CREATE TEMPORARY TABLE entries (LIKE public.entries)")
    with pytest.raises(pg.CheckViolation):
        connection.execute(moved(DEBIT, CREDIT), pair)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"kind": None}, id="no kind"),
        pytest.param({"to": None}, id="one side"),
        pytest.param({"amount": None}, id="no amount"),
        pytest.param({"currency": None}, id="no currency"),
        pytest.param({"actor": None}, id="a transfer by the bank"),
        pytest.param({"reference": 1}, id="a transfer of another one"),
        pytest.param({"kind": "deposit"}, id="a deposit with two sides"),
        pytest.param({"kind": "deposit", "from": None}, id="a deposit by a customer"),
        pytest.param({"kind": "hold"}, id="a hold that does not end"),
        pytest.param({"lifetime": "1 day"}, id="a transfer that ends"),
        pytest.param({"kind": "reversal", "reference": 1}, id="a reversal with sides of its own"),
        pytest.param({"kind": "void", "from": None, "to": None}, id="a void of nothing"),
        pytest.param({"key": "k"}, id="a key of nobody"),
    ],
)
def test_the_posting_call_refuses_what_makes_no_sense(
    connection: Connection, changes: dict[str, object]
) -> None:
    """Changed from a transfer that does make sense."""
    item: dict[str, object] = {
        "kind": "transfer",
        "from": 1,
        "to": 2,
        "amount": 1,
        "currency": "USD",
        "description": None,
        "actor": "a",
        "asker": "a",
        "reference": None,
        "lifetime": None,
        "scope": None,
        "key": None,
        "hash": None,
        "request": None,
    }
    assert changes.keys() < item.keys()
    arrays = [[value] for value in (item | changes).values()]
    types = [
        *("posting_kind", "bigint", "bigint", "bigint", "text", "text", "text", "text"),
        "bigint",
        *("interval", "text", "text", "bytea", "text"),
    ]
    holders = ", ".join(f"%s::{name}[]" for name in types)
    with pytest.raises(pg.InvalidParameterValue):
        connection.execute(f"SELECT * FROM post_transfers({holders}, false)".encode(), arrays)


def test_a_new_currency_opens_its_cash_account(connection: Connection) -> None:
    connection.execute("INSERT INTO currencies VALUES ('KWD', 3)")
    rows = connection.execute(
        "SELECT kind, owner, balance FROM accounts WHERE currency = 'KWD'"
    ).fetchall()
    assert rows == [(enums.AccountKind.CASH, None, 0)]


async def test_a_transaction_may_post_twice(
    store: Store, make: Make, connection: Connection
) -> None:
    """The rule applies to the balance at COMMIT."""
    source, target = await make.account(balance=100), await make.account()
    queries = Queries(connection).transfers
    for posting in (transfer(source, target, 30), transfer(source, target, 20)):
        [row] = queries.post_transfers(postings.parameters([posting]))
        assert row.refusal is None
    connection.commit()
    after = await store.accounts.get(source.id)
    assert after is not None
    assert after.balance == 50
