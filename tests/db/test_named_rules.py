"""Every rule by its name: the copy of a good row, changed in one way, is refused for that."""

import json
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from bankapp.store.store import Store
from tests.factories import Make, hold, keyed, transfer

Connection = psycopg.Connection[tuple[Any, ...]]

# The newest row of a table again, with changes.
COPY: Final = """
INSERT INTO {table} OVERRIDING SYSTEM VALUE
SELECT (jsonb_populate_record(known, %s)).*
FROM {table} AS known
WHERE known.ctid = (SELECT max(ctid) FROM {table})
"""
OTHERS: Final = """
INSERT INTO sessions (username, user_agent, expires_at)
VALUES ('alice', '', now() + interval '1 day');
INSERT INTO email_verifications (username, email, code_hash) VALUES ('alice', 'x', sha256('x'));
INSERT INTO password_resets (username, email, code_hash) VALUES ('alice', 'x', sha256('x'));
UPDATE holds SET end_position = 5000;
INSERT INTO audit_events (action, subject) VALUES ('user.changed', 'user:alice');
INSERT INTO rate_limits VALUES ('k', now());
INSERT INTO webhook_endpoints (owner, url, sealed_secret, position)
VALUES ('alice', 'https://a.example.org', 'x', 5);
INSERT INTO webhook_deliveries (endpoint_id, position, try_count) SELECT id, 5, 1
FROM webhook_endpoints;
INSERT INTO exchange_rates (base, quote, as_of, source, rate, status)
VALUES ('EUR', 'USD', '2026-11-27', 'ecb', 1.0823, 'accepted');
INSERT INTO feed_consumers (name, epoch, position) VALUES ('kafka', 1, 5);
"""
HASH: Final = "\\x" + "00" * 32
UUID: Final = "00000000-0000-0000-0000-000000000001"
# Of each table, what makes a copy of a row another good row.
ACCEPTED: Final[dict[str, dict[str, object]]] = {
    "accounts": {"id": 1000, "currency": "CHF", "balance": 0},
    "audit_events": {"id": 1000},
    "currencies": {"code": "ABC"},
    "email_verifications": {"id": 1000},
    "exchange_rates": {"quote": "GBP"},
    "feed_consumers": {"name": "webhook:7"},
    "holds": {"id": 1000, "end_position": None},
    "idempotency_keys": {"key": "other"},
    "password_resets": {"id": 1000, "code_hash": HASH},
    "rate_limits": {"key": "other"},
    "sessions": {"id": UUID, "number": 1000},
    "transfers": {"id": 1000},
    "users": {"username": "bob", "email": "bob@example.com"},
    "webhook_deliveries": {"position": 6},
    "webhook_endpoints": {"id": 1000},
}
LATE: Final = "infinity"
FIRST: Final = "2020-01-01"
REFUSED: Final[dict[str, tuple[str, dict[str, object]]]] = {
    "accounts_currency_fkey": ("accounts", {"currency": "ABC"}),
    "accounts_id_positive": ("accounts", {"id": 0}),
    "audit_events_hold_no_secrets": ("audit_events", {"after": {"password": "x"}}),
    "email_verifications_code_hash_sha256": ("email_verifications", {"code_hash": "\\x00"}),
    "email_verifications_username_fkey": ("email_verifications", {"username": "nobody"}),
    "exchange_rates_as_of_not_in_future": (
        "exchange_rates",
        {"as_of": "2026-11-28", "fetched_at": "2026-11-27T23:59:59Z"},
    ),
    "exchange_rates_base_fkey": ("exchange_rates", {"base": "XTS"}),
    "exchange_rates_currencies_differ": ("exchange_rates", {"quote": "EUR"}),
    "exchange_rates_quote_fkey": ("exchange_rates", {"quote": "XTS"}),
    "exchange_rates_rate_positive": ("exchange_rates", {"rate": 0}),
    "exchange_rates_source_shape": ("exchange_rates", {"source": "ECB"}),
    "feed_consumers_epoch_positive": ("feed_consumers", {"epoch": 0}),
    "feed_consumers_last_error_length": ("feed_consumers", {"last_error": "x" * 501}),
    "feed_consumers_lease_ends": ("feed_consumers", {"lease_token": UUID}),
    "feed_consumers_name_shape": ("feed_consumers", {"name": "webhook:0"}),
    "feed_consumers_position_not_negative": ("feed_consumers", {"position": -1}),
    "feed_consumers_resumed_within_set_back": ("feed_consumers", {"resumed_count": 1}),
    "holds_accounts_differ": ("holds", {"from_account_id": 1, "to_account_id": 1}),
    "holds_amount_limit": ("holds", {"amount": 2**53}),
    "holds_amount_positive": ("holds", {"amount": 0}),
    "holds_captured_in_full": ("holds", {"status": "captured", "closed_at": LATE}),
    "holds_captured_within_amount": ("holds", {"captured_amount": 11}),
    "holds_description_length": ("holds", {"description": ""}),
    "holds_end_after_placing": ("holds", {"end_position": 999}),
    "holds_expires_after_creation": ("holds", {"created_at": FIRST, "expires_at": FIRST}),
    "holds_from_account_fkey": ("holds", {"from_account_id": 999}),
    "holds_id_positive": ("holds", {"id": 0}),
    "holds_lifetime_limit": ("holds", {"created_at": FIRST, "expires_at": "2020-02-01T00:00:01"}),
    "holds_open_until_closed": ("holds", {"closed_at": LATE}),
    "holds_to_account_fkey": ("holds", {"to_account_id": 999}),
    "idempotency_keys_hold_fkey": ("idempotency_keys", {"hold_id": 999}),
    "idempotency_keys_key_length": ("idempotency_keys", {"key": ""}),
    "idempotency_keys_request_hash_length": ("idempotency_keys", {"request_hash": "\\x00"}),
    "idempotency_keys_transfer_fkey": ("idempotency_keys", {"transfer_id": 999}),
    "password_resets_code_hash_sha256": ("password_resets", {"code_hash": "\\x00"}),
    "password_resets_username_fkey": ("password_resets", {"username": "nobody"}),
    "sessions_username_fkey": ("sessions", {"username": "nobody"}),
    "transfers_capture_names_hold": ("transfers", {"kind": "capture"}),
    "transfers_captures_hold_fkey": ("transfers", {"kind": "capture", "captures_hold_id": 999}),
    "transfers_description_length": ("transfers", {"description": ""}),
    "transfers_reversal_comes_later": (
        "transfers",
        {"kind": "reversal", "reverses_transfer_id": 1000},
    ),
    "transfers_reversal_names_transfer": ("transfers", {"kind": "reversal"}),
    "transfers_reverses_transfer_fkey": (
        "transfers",
        {"kind": "reversal", "reverses_transfer_id": 999},
    ),
    "webhook_deliveries_endpoint_fkey": ("webhook_deliveries", {"endpoint_id": 999}),
    "webhook_deliveries_last_status_http": ("webhook_deliveries", {"last_status": 99}),
    "webhook_deliveries_position_positive": ("webhook_deliveries", {"position": 0}),
    "webhook_deliveries_try_count_limit": ("webhook_deliveries", {"try_count": 11}),
    "webhook_endpoints_counts_not_negative": ("webhook_endpoints", {"failure_count": -1}),
    "webhook_endpoints_failing_since_when": ("webhook_endpoints", {"status": "failing"}),
    "webhook_endpoints_last_status_http": ("webhook_endpoints", {"last_status": 1000}),
    "webhook_endpoints_lease_ends": ("webhook_endpoints", {"lease_token": UUID}),
    "webhook_endpoints_owner_fkey": ("webhook_endpoints", {"owner": "nobody"}),
    "webhook_endpoints_position_not_negative": ("webhook_endpoints", {"position": -1}),
    "webhook_endpoints_previous_needs_until": (
        "webhook_endpoints", {"sealed_previous_secret": "x"}),
    "webhook_endpoints_replay_ends": (
        "webhook_endpoints", {"replay_position": 5, "replay_until_position": 5}),
    "webhook_endpoints_types_count": ("webhook_endpoints", {"types": []}),
    "webhook_endpoints_url_http": ("webhook_endpoints", {"url": "ftp://a.example.org"}),
    "webhook_endpoints_url_length": ("webhook_endpoints", {"url": "https://" + "a" * 1993}),
}  # fmt: skip
# The same key a second time, all else being another's.
TAKEN: Final[dict[str, tuple[str, list[str]]]] = {
    "accounts_pkey": ("accounts", ["id"]),
    "audit_events_pkey": ("audit_events", ["id"]),
    "currencies_pkey": ("currencies", ["code"]),
    "email_verifications_pkey": ("email_verifications", ["id"]),
    "holds_end_position_key": ("holds", ["end_position"]),
    "exchange_rates_pkey": ("exchange_rates", ["quote"]),
    "feed_consumers_pkey": ("feed_consumers", ["name"]),
    "holds_pkey": ("holds", ["id"]),
    "idempotency_keys_pkey": ("idempotency_keys", ["key"]),
    "password_resets_code_hash_key": ("password_resets", ["code_hash"]),
    "password_resets_pkey": ("password_resets", ["id"]),
    "rate_limits_pkey": ("rate_limits", ["key"]),
    "sessions_pkey": ("sessions", ["id"]),
    "sessions_username_number_key": ("sessions", ["number"]),
    "users_pkey": ("users", ["username"]),
    "webhook_deliveries_pkey": ("webhook_deliveries", ["position"]),
    "webhook_endpoints_pkey": ("webhook_endpoints", ["id"]),
}


@pytest.fixture
async def rows(store: Store, make: Make, connection: Connection) -> Connection:
    """A database with a good row in every table."""
    alice = await make.user("alice")
    payer, payee = await make.account(owner=alice.username, balance=100), await make.account()
    await store.postings.submit(keyed(hold(payer, payee, 10), "k1"))
    await store.postings.submit(keyed(transfer(payer, payee, 10), "k2"))
    connection.execute(OTHERS)
    # A row by itself has no entries.
    connection.execute("ALTER TABLE transfers DISABLE TRIGGER transfers_have_both_entries")
    return connection


def insert_copy(connection: Connection, table: str, changes: dict[str, object]) -> None:
    connection.execute(sql.SQL(COPY).format(table=sql.Identifier(table)), [json.dumps(changes)])


@pytest.mark.parametrize("table", ACCEPTED)
def test_another_row_is_accepted(rows: Connection, table: str) -> None:
    insert_copy(rows, table, ACCEPTED[table])


@pytest.mark.parametrize("rule", REFUSED)
def test_a_wrong_row_is_refused(rows: Connection, rule: str) -> None:
    table, changes = REFUSED[rule]
    with pytest.raises(psycopg.IntegrityError) as refused:
        insert_copy(rows, table, ACCEPTED[table] | changes)
    assert refused.value.diag.constraint_name == rule


@pytest.mark.parametrize("rule", TAKEN)
def test_a_key_is_taken_once(rows: Connection, rule: str) -> None:
    table, names = TAKEN[rule]
    others = {name: value for name, value in ACCEPTED[table].items() if name not in names}
    with pytest.raises(psycopg.IntegrityError) as refused:
        insert_copy(rows, table, others)
    assert refused.value.diag.constraint_name == rule


@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET actor = actor", "DELETE FROM {} WHERE false", "TRUNCATE {}"],
)
def test_what_happened_stays(rows: Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation) as refused:
        rows.execute(statement.format("audit_events").encode())
    assert refused.value.diag.constraint_name == "audit_events_append_only"


@pytest.mark.parametrize("rate", ["NaN", "-1", "0.0000000001"])
def test_a_rate_is_a_positive_number(rows: Connection, rate: str) -> None:
    """To PostgreSQL NaN is greater than every number, and the last one rounds to zero."""
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        insert_copy(rows, "exchange_rates", {"quote": "GBP", "rate": rate})
    assert refused.value.diag.constraint_name == "exchange_rates_rate_positive"


@pytest.mark.parametrize("fetched_at", ["2026-11-27T00:00:00Z", "2026-11-28T00:30:00+01:00"])
def test_a_rate_of_the_day_itself_is_accepted(rows: Connection, fetched_at: str) -> None:
    insert_copy(rows, "exchange_rates", {"quote": "GBP", "fetched_at": fetched_at})


@pytest.mark.parametrize("change", ["position = 4", "owner = NULL"])
def test_an_endpoint_goes_only_forward(rows: Connection, change: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation) as refused:
        rows.execute(f"UPDATE webhook_endpoints SET {change}".encode())
    assert refused.value.diag.constraint_name == "webhook_endpoints_only_forward"
