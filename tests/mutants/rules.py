"""Every rule of the schema taken away in turn."""

from typing import Final

from tests.mutants.mutant import SqlMutant

_RULES: Final = "tests/db/test_rules.py"
_BY_HAND: Final = "tests/db/test_rules_by_hand.py"
_NAMED: Final = "tests/db/test_named_rules.py"
_CONSUMERS: Final = "tests/db/test_consumer_rules.py"
_HORIZON: Final = "tests/db/test_horizon_rules.py"
_IDENTITY: Final = "tests/db/test_identity_rules.py"


def _named(file: str, names: str) -> dict[str, str]:
    """Rules whose name is in the ids of the tests that see them."""
    return {name: f"{file} -k {name}" for name in names.split()}


# Constraints and unique indexes, by the tests that see them gone.
CONSTRAINTS: Final = {
    **_named(
        _RULES,
        """
        accounts_balance_limit accounts_balance_not_negative accounts_cash_has_no_owner
        accounts_cash_stays_open accounts_closed_is_empty
        accounts_owner_currency_key accounts_owner_fkey
        currencies_code_iso_4217 currencies_exponent_range
        entries_account_fkey entries_account_transfer_key entries_amount_not_zero
        entries_one_debit_one_credit entries_pkey entries_transfer_fkey
        sessions_expire_later sessions_user_agent_length
        transfers_accounts_differ transfers_amount_limit transfers_amount_positive
        transfers_from_account_fkey transfers_id_positive transfers_pkey transfers_to_account_fkey
        users_email_key users_email_length users_full_name_length users_username_shape
        """,
    ),
    **_named(
        _NAMED,
        """
        accounts_currency_fkey accounts_id_positive accounts_pkey
        audit_events_hold_no_secrets audit_events_pkey currencies_pkey
        email_verifications_code_hash_sha256 email_verifications_pkey
        email_verifications_username_fkey
        exchange_rates_as_of_not_in_future exchange_rates_base_fkey
        exchange_rates_currencies_differ exchange_rates_pkey exchange_rates_quote_fkey
        exchange_rates_rate_positive exchange_rates_source_shape
        feed_consumers_epoch_positive feed_consumers_last_error_length feed_consumers_lease_ends
        feed_consumers_name_shape feed_consumers_pkey feed_consumers_position_not_negative
        feed_consumers_resumed_within_set_back
        holds_accounts_differ holds_amount_limit holds_amount_positive holds_captured_in_full
        holds_captured_within_amount holds_description_length holds_end_after_placing
        holds_end_position_key holds_expires_after_creation
        holds_from_account_fkey holds_id_positive holds_lifetime_limit holds_open_until_closed
        holds_pkey holds_to_account_fkey
        idempotency_keys_hold_fkey idempotency_keys_key_length idempotency_keys_pkey
        idempotency_keys_request_hash_length idempotency_keys_transfer_fkey
        password_resets_code_hash_key password_resets_code_hash_sha256 password_resets_pkey
        password_resets_username_fkey rate_limits_pkey
        sessions_pkey sessions_username_fkey sessions_username_number_key
        transfers_capture_names_hold transfers_captures_hold_fkey transfers_description_length
        transfers_reversal_comes_later transfers_reversal_names_transfer
        transfers_reverses_transfer_fkey users_pkey
        webhook_deliveries_endpoint_fkey webhook_deliveries_last_status_http
        webhook_deliveries_pkey webhook_deliveries_position_positive
        webhook_deliveries_try_count_limit
        webhook_endpoints_counts_not_negative webhook_endpoints_failing_since_when
        webhook_endpoints_last_status_http webhook_endpoints_lease_ends
        webhook_endpoints_owner_fkey webhook_endpoints_pkey
        webhook_endpoints_position_not_negative webhook_endpoints_previous_needs_until
        webhook_endpoints_replay_ends webhook_endpoints_types_count webhook_endpoints_url_http
        webhook_endpoints_url_length
        """,
    ),
    **_named(
        _HORIZON,
        """
        feed_horizon_epoch_positive feed_horizon_one_row feed_horizon_pkey
        feed_horizon_settled_within_pending
        """,
    ),
    # It is there to be referred to: with it go the foreign keys.
    "accounts_id_currency_key": f"{_RULES} -k transfers_to_account_fkey",
    "audit_events_action_shape": f"{_IDENTITY} -k 'an action'",
    "audit_events_subject_shape": f"{_IDENTITY} -k 'a subject'",
    "sessions_end_in_time": f"{_IDENTITY} -k longer",
    "sessions_refresh_token_hash_sha256": f"{_IDENTITY} -k 'a token'",
    "sessions_renewal_hash_sha256": f"{_IDENTITY} -k 'a renewal'",
}
_ADMINS: Final = "tests/api/identity/test_admins.py"
TRIGGERS: Final = {
    **_named(
        _BY_HAND,
        """
        accounts_close_without_holds accounts_keep_their_owner accounts_stay holds_after_opening
        holds_keep_their_terms
        holds_stay holds_stay_closed holds_within_balance transfers_after_opening
        transfers_reversed_within_amount transfers_within_balance
        """,
    ),
    **_named(_HORIZON, "feed_horizon_only_forward feed_horizon_stays"),
    "feed_consumers_only_forward": f"{_CONSUMERS} -k only_forward",
    "audit_events_name_their_user": "tests/store/events/test_feed.py -k old_server",
    "accounts_balance_of_last_entry": f"{_RULES} -k do_not_balance",
    "accounts_open_with_nothing": f"{_RULES} -k do_not_balance",
    "audit_events_append_only": f"{_NAMED} -k what_happened_stays",
    "currencies_open_cash_account": f"{_RULES} -k a_new_currency",
    "entries_append_only": f"{_RULES} -k append_only",
    "entries_running_balance": f"{_RULES} -k do_not_balance",
    "transfers_append_only": f"{_RULES} -k append_only",
    "transfers_have_both_entries": f"{_RULES} -k do_not_balance",
    "users_delete_no_last_admin": f"{_ADMINS} -k deleted",
    "users_keep_an_admin": f"{_ADMINS} -k nobody_takes",
    "webhook_endpoints_only_forward": f"{_NAMED} -k goes_only_forward",
}
# Rules that no mutant takes away, and why.
EXEMPT: Final = {"schema_migrations_pkey": "a table of dbmate's, not of the bank's"}

# NOT NULL is no rule of these: the generated types say the same, and mypy refuses None.
CATALOG: Final = """
SELECT conname::text, 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname
    || ' CASCADE'
FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT relname::text, 'DROP INDEX ' || relname
FROM pg_index
INNER JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = 'public'::regnamespace AND indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
UNION ALL
SELECT tgname::text, 'DROP TRIGGER ' || tgname || ' ON ' || relname
FROM pg_trigger
INNER JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
"""


def _dropped(name: str) -> str:
    return f"""DO $mutant$
DECLARE
    statement text;
BEGIN
    SELECT drop_it INTO STRICT statement
    FROM ({CATALOG}) AS rules (rule, drop_it)
    WHERE rule = '{name}';
    EXECUTE statement;
END $mutant$"""


MUTANTS: Final[list[SqlMutant]] = [
    SqlMutant(name=f"without {name}", statement=_dropped(name), tests=tests)
    for name, tests in (CONSTRAINTS | TRIGGERS).items()
]
