"""The posting call and the triggers' functions, each broken in one place."""

from typing import Final

from tests.mutants.mutant import SqlMutant, replaced, view_replaced

_RACES: Final = "tests/store/ledger/test_races.py"
_BUSY: Final = "tests/store/ledger/test_busy_accounts.py"
_POSTING: Final = "tests/store/ledger/test_posting.py"
_HOLDS: Final = "tests/store/ledger/test_holds.py"
_REVERSALS: Final = "tests/store/ledger/test_reversals.py"
_KEYS: Final = "tests/store/engine/test_idempotency.py"
_RULES: Final = "tests/db/test_rules.py"
_BATCHES: Final = "tests/api/ledger/test_batches.py"
_CLOCK: Final = "tests/store/ledger/test_clock.py"
_SESSIONS: Final = "tests/api/identity/test_ended_sessions.py"


def _posting(name: str, old: str, new: str, tests: str) -> SqlMutant:
    return _sql(name, replaced("post_transfers", old, new), tests)


def _sql(name: str, statement: str, tests: str) -> SqlMutant:
    return SqlMutant(name=name, statement=statement, tests=tests)


LOCKS: Final = [
    _posting(
        "accounts are locked in the order of the items",
        "ORDER BY a.id\n            FOR NO KEY UPDATE\n",
        "ORDER BY array_position(payer_ids || payee_ids, a.id)\n            FOR NO KEY UPDATE\n",
        f"{_RACES} -k deadlock",
    ),
    _posting(
        "accounts are not locked",
        "FOR NO KEY UPDATE\n",
        "",
        f"{_RACES} -k first_left",
    ),
    _posting(
        "accounts are locked for readers",
        "FOR NO KEY UPDATE\n",
        "FOR SHARE\n",
        f"{_RACES} -k deadlock",
    ),
    _posting(
        "accounts are not locked where locked ones are skipped",
        "FOR NO KEY UPDATE SKIP LOCKED",
        "",
        f"{_BUSY} -k passes_by",
    ),
    _posting(
        "accounts are waited for where locked ones are skipped",
        "FOR NO KEY UPDATE SKIP LOCKED",
        "FOR NO KEY UPDATE",
        f"{_BUSY} -k passes_by",
    ),
    _posting(
        "an account that is not there is busy",
        "INNER JOIN accounts AS a ON a.id = u.id\n        WHERE",
        "INNER JOIN LATERAL (SELECT u.id) AS a ON true\n        WHERE",
        f"{_BUSY} -k not_there",
    ),
    _posting(
        "a locked account is not there",
        "IF busy_ids <> '{}'",
        "IF false",
        f"{_BUSY} -k passes_by",
    ),
    _posting(
        "an item that is left undecided takes its key",
        " AND u.busy_account_id IS NULL",
        "",
        f"{_BUSY} -k passes_by",
    ),
    _posting(
        "an atomic batch skips what is locked",
        "IF skips_locked AND NOT is_atomic THEN",
        "IF skips_locked THEN",
        f"{_BUSY} -k atomic",
    ),
    _posting(
        "time is taken before the lock",
        "locked_at := clock_timestamp();",
        "locked_at := statement_timestamp();",
        f"{_HOLDS} -k waits_for_the_lock",
    ),
    _posting(
        "the call waits for a lock as long as its session's lock_timeout",
        "PERFORM set_config('lock_timeout', lock_timeout_ms::text, true);",
        "NULL;",
        f"{_POSTING} -k waited_for",
    ),
    _posting(
        "the call's lock_timeout stays in the session",
        "lock_timeout_ms::text, true)",
        "lock_timeout_ms::text, false)",
        f"{_POSTING} -k waited_for",
    ),
    _posting(
        "a call without a lock_timeout resets the session's",
        "IF lock_timeout_ms IS NOT NULL THEN",
        "IF true THEN",
        f"{_POSTING} -k without_a_limit",
    ),
]
FUNDS: Final = [
    _posting(
        "funds are not checked",
        "< item.amount\n                THEN 'insufficient_funds'",
        "< 0\n                THEN 'insufficient_funds'",
        f"{_POSTING} -k funds",
    ),
    _posting(
        "the last cent is refused",
        "- held_amounts[payer_place] < item.amount",
        "- held_amounts[payer_place] <= item.amount",
        f"{_POSTING} -k funds",
    ),
    _posting(
        "held money can be spent",
        "balances[payer_place] - held_amounts[payer_place] < item.amount",
        "balances[payer_place] < item.amount",
        f"{_HOLDS} -k cannot_be_spent",
    ),
    _posting(
        "captured money still counts as held",
        "sum(h.amount - h.captured_amount)::bigint AS amount",
        "sum(h.amount)::bigint AS amount",
        f"{_HOLDS} -k held_no_more",
    ),
    _posting(
        "a hold made in the batch does not count in it",
        "held_amounts[payer_place] := held_amounts[payer_place] + item.amount;",
        "NULL;",
        f"{_HOLDS} -k counts_at_once",
    ),
    _posting(
        "an item does not see the items before it",
        "balances[payer_place] := balances[payer_place] - item.amount;",
        "NULL;",
        f"{_POSTING} -k batch_is_decided",
    ),
    _posting(
        "a user pays from another user's account",
        "ELSE coalesce(owners[payer_place] = item.actor, false)",
        "ELSE true",
        f"{_POSTING} -k precedence",
    ),
    _posting(
        "customers pay from the bank's cash",
        "WHEN account_kinds[payer_place] = 'cash' AND item.kind NOT IN ('deposit', 'reversal')\n"
        "                THEN 'not_found'",
        "",
        f"{_POSTING} -k precedence",
    ),
    _posting(
        "customers pay into the bank's cash",
        "WHEN account_kinds[payee_place] = 'cash' AND item.kind NOT IN ('withdrawal', 'reversal')\n"
        "                THEN 'not_found'",
        "",
        f"{_POSTING} -k precedence",
    ),
    _posting(
        "the payer's currency is not compared",
        "WHEN account_currencies[payer_place] IS DISTINCT FROM item.currency\n"
        "                THEN 'currency_mismatch'",
        "",
        f"{_POSTING} -k precedence",
    ),
    _posting(
        "the payee's currency is not compared",
        "WHEN account_currencies[payee_place] IS DISTINCT FROM item.currency\n"
        "                THEN 'currency_mismatch'",
        "",
        f"{_POSTING} -k precedence",
    ),
    _posting(
        "frozen accounts move money",
        "WHEN item.kind <> 'void' AND 'frozen' IN (statuses[payer_place], statuses[payee_place])\n"
        "                THEN 'account_frozen'",
        "",
        f"{_POSTING} -k precedence",
    ),
    _posting(
        "closed accounts move money",
        "WHEN item.kind <> 'void' AND 'closed' IN (statuses[payer_place], statuses[payee_place])\n"
        "                THEN 'account_closed'",
        "",
        f"{_POSTING} -k precedence",
    ),
    _posting(
        "an account pays itself",
        "WHEN payer_place = payee_place THEN 'same_account'",
        "",
        f"{_POSTING} -k precedence",
    ),
    _posting(
        "cash has no limit",
        "OR balances[payer_place] < item.amount - 9223372036854775807",
        "",
        f"{_POSTING} -k cash_balance",
    ),
]
SETTLING: Final = [
    _posting(
        "a hold is captured twice",
        "open_holds[reference_place] :=\n                    item.kind = 'capture' AND "
        "amounts_left[reference_place] > 0;",
        "NULL;",
        f"{_HOLDS} -k batch_settles",
    ),
    _posting(
        "an expired hold is captured",
        "h.status = 'open' AND h.expires_at > locked_at AS is_open",
        "h.status = 'open' AS is_open",
        f"{_HOLDS} -k expired",
    ),
    _posting(
        "a settled hold is settled again",
        "h.status = 'open' AND h.expires_at > locked_at AS is_open",
        "h.expires_at > locked_at AS is_open",
        f"{_HOLDS} -k 'partial or void'",
    ),
    _posting(
        "an expired hold counts",
        "AND h.status = 'open'\n            AND h.expires_at > locked_at",
        "AND h.status = 'open'",
        f"{_HOLDS} -k expired",
    ),
    _posting(
        "a voided hold counts",
        "AND h.status = 'open'\n            AND h.expires_at > locked_at",
        "AND h.expires_at > locked_at",
        f"{_HOLDS} -k void",
    ),
    _posting(
        "more is captured than is held",
        "item.kind = 'capture' AND item.amount > amounts_left[reference_place]",
        "item.kind = 'capture' AND false",
        f"{_HOLDS} -k partial",
    ),
    _posting(
        "the payer captures",
        "WHEN 'capture' THEN coalesce(owners[payee_place] = item.actor, false)",
        "WHEN 'capture' THEN item.actor IN (owners[payer_place], owners[payee_place])",
        f"{_HOLDS} -k who_may_settle",
    ),
    _posting(
        "a user voids another user's hold",
        "THEN coalesce(item.actor IN (owners[payer_place], owners[payee_place]), false)",
        "THEN true",
        f"{_HOLDS} -k who_may_settle",
    ),
    _posting(
        "a transfer is reversed again",
        "WHEN item.kind = 'reversal' AND amounts_left[reference_place] = 0\n"
        "                THEN 'already_reversed'",
        "",
        f"{_REVERSALS} -k names_its_transfer",
    ),
    _posting(
        "more is reversed than was paid",
        "item.kind = 'reversal' AND item.amount > amounts_left[reference_place]",
        "item.kind = 'reversal' AND false",
        f"{_REVERSALS} -k never_exceed",
    ),
    _posting(
        "earlier reversals do not count",
        "SELECT coalesce(sum(r.amount), 0)",
        "SELECT 0",
        f"{_REVERSALS} -k 'half_succeed or never_exceed'",
    ),
    _posting(
        "reversals of the same batch do not count",
        "ELSIF item.kind = 'reversal' THEN\n"
        "                amounts_left[reference_place] :="
        " amounts_left[reference_place] - item.amount;",
        "ELSIF item.kind = 'reversal' THEN\n                NULL;",
        f"{_REVERSALS} -k never_exceed",
    ),
    _posting(
        "a reversal is reversed",
        "WHEN item.kind = 'reversal' AND reversed_kinds[item.n] = 'reversal'\n"
        "                THEN 'not_reversible'",
        "",
        f"{_REVERSALS} -k not_reversed",
    ),
]
KEYS: Final = [
    _posting(
        "keys are not looked up",
        "AS known ON true",
        "AS known ON false",
        f"{_KEYS} -k first_answer",
    ),
    _posting(
        "a key stands for a day by the clock",
        "AS known ON true",
        "AS known ON known.created_at > locked_at - key_lifetime()",
        f"{_CLOCK} -k asked_twice",
    ),
    _posting(
        "a key counts for all users",
        "WHERE k.scope = u.scope AND k.key = u.key",
        "WHERE k.key = u.key",
        f"{_KEYS} tests/doors/test_idempotency.py -k 'scope or another'",
    ),
    _posting(
        "another request under a key gets its answer",
        "coalesce(known.request_hash <> u.request_hash, false)",
        "false",
        f"{_KEYS} -k another_request",
    ),
    _posting(
        "a key is used twice in a batch",
        "OR u.key IS NOT NULL\n            AND row_number()",
        "OR false\n            AND row_number()",
        f"{_KEYS} {_BATCHES} -k 'batch or item or twice'",
    ),
    _posting(
        "a key of a request in flight is overwritten",
        "ON CONFLICT (scope, key) DO NOTHING;",
        "ON CONFLICT (scope, key) DO UPDATE SET request_id = excluded.request_id;",
        f"{_KEYS} -k being_taken",
    ),
    _posting(
        "a key that another request has just taken is overlooked",
        "IF written_count < key_count THEN",
        "IF false THEN",
        f"{_KEYS} -k being_taken",
    ),
    _posting(
        "keys are taken in the order of the items",
        "ORDER BY u.scope, u.key -- the order in which all take keys, after the accounts",
        "",
        f"{_KEYS} -k in_any_order",
    ),
    _posting(
        "refusals are not stored",
        "WHERE u.key IS NOT NULL AND u.replayed_request_id IS NULL",
        "WHERE u.key IS NOT NULL AND u.replayed_request_id IS NULL AND u.refusal IS NULL",
        f"{_KEYS} -k refusal_is_an_answer",
    ),
    _posting(
        "an atomic batch goes on after a refusal",
        "EXIT WHEN is_atomic AND item.refusal IS NOT NULL;",
        "",
        f"{_BATCHES} -k atomic",
    ),
    _posting(
        "an atomic batch is posted in part",
        "IF is_atomic AND refusals[cardinality(refusals)] IS NOT NULL THEN",
        "IF false THEN",
        f"{_BATCHES} -k atomic",
    ),
]
SESSIONS: Final = [
    _posting(
        "money moves for a session that has ended",
        "NOT coalesce(session.is_open, false)",
        "false",
        f"{_SESSIONS} -k nothing_moves",
    ),
    _posting(
        "an ended session counts as open",
        "s.ended_at IS NULL AND ",
        "",
        f"{_SESSIONS} -k 'nothing_moves and ended'",
    ),
    _posting(
        "a session lasts for ever",
        " AND s.expires_at > locked_at",
        "",
        f"{_SESSIONS} -k 'nothing_moves and expired'",
    ),
    _posting(
        "a blocked user pays",
        "WHERE us.username = s.username) IS NULL",
        "WHERE false) IS NULL",
        f"{_SESSIONS} -k 'nothing_moves and blocked'",
    ),
    _posting(
        "a session counts for all users",
        "s.username = u.asker AND ",
        "",
        f"{_SESSIONS} -k of_who_asks",
    ),
    _posting(
        "an ended session gets a replay",
        "AND NOT (item.reuses_key OR item.is_session_over)",
        "AND NOT item.reuses_key",
        f"{_SESSIONS} -k nothing_moves",
    ),
    _posting(
        "the refusal for an ended session is stored",
        "AND coalesce(u.refusal NOT IN ('unauthenticated', 'idempotency_key_reused'), true)",
        "AND u.refusal IS DISTINCT FROM 'idempotency_key_reused'",
        f"{_SESSIONS} -k nobody_along",
    ),
    _posting(
        "the refusal for an ended session may be stored",
        "AND coalesce(item.refusal NOT IN ('unauthenticated', 'idempotency_key_reused'), true)",
        "AND item.refusal IS DISTINCT FROM 'idempotency_key_reused'",
        f"{_SESSIONS} -k nobody_along",
    ),
]
CLOCK: Final = [
    _posting(
        "the clock alone gives the time",
        "IF greatest(final_at, held_at) > locked_at THEN",
        "IF false THEN",
        f"{_CLOCK} -k order_of_their_times",
    ),
    _posting(
        "a hold placed since does not count as time",
        "max(h.created_at) AS newest_at",
        "NULL::timestamptz AS newest_at",
        f"{_CLOCK} -k money_is_used",
    ),
    _posting(
        "the bank's cash hands on a time ahead",
        "CASE a.kind\n                    WHEN 'customer' THEN",
        "CASE\n                    WHEN true THEN",
        f"{_CLOCK} -k handed_on",
    ),
    _posting(
        "all items of a batch have the latest time",
        "ELSE greatest(payer_time, account_times[payee_place])",
        "ELSE greatest(payer_time, final_at)",
        f"{_CLOCK} -k handed_on",
    ),
    _posting(
        "a hold that is over by the time of its payer is captured",
        "hold_expiries[reference_place] <= payer_time",
        "false",
        f"{_CLOCK} -k 'money_is_used or follows_in_its_batch'",
    ),
    _posting(
        "an item does not take its payee ahead",
        "account_times[payee_place] := item_times[item.n];",
        "NULL;",
        f"{_CLOCK} -k follows_in_its_batch",
    ),
    _sql(
        "entries may be dated back",
        replaced(
            "carry_balances",
            "AND ((a.final_at <= added_to.first_at) IS NOT FALSE OR a.kind = 'cash')",
            "",
        ),
        f"{_RULES} -k do_not_balance",
    ),
    _sql(
        "entries may be dated back within a statement",
        replaced("carry_balances", "OR continued.runs_back", "OR false"),
        f"{_RULES} -k do_not_balance",
    ),
    _sql(
        "no entry makes a history final",
        replaced("carry_balances", "greatest(a.final_at, added_to.last_at)", "a.final_at"),
        f"{_CLOCK} -k order_of_their_times",
    ),
    _sql(
        "a history may be final before its last entry",
        replaced(
            "require_balances_of_last_entries", "coalesce(changed.final_at, '-infinity')", "now()"
        ),
        f"{_RULES} -k do_not_balance",
    ),
]
FUNCTIONS: Final = [
    _sql(
        "held money is shown as available",
        "CREATE OR REPLACE FUNCTION held_amount(account_id bigint) RETURNS bigint"
        " LANGUAGE sql STABLE RETURN 0",
        f"{_HOLDS} -k cannot_be_spent",
    ),
    _sql(
        "the bank's own accounts are shown as a customer's",
        view_replaced("customer_accounts", "WHERE (owner IS NOT NULL)", ""),
        "tests/api/ledger/test_accounts.py -k looks_like_none",
    ),
    _sql(
        "an expired hold is shown as open",
        view_replaced("current_holds", "(expires_at <= account_time(from_account_id))", "false"),
        f"{_HOLDS} -k nothing_sweeps",
    ),
    _sql(
        "the debit is not required",
        replaced("require_both_entries", "e.account_id = added.from_account_id AND ", ""),
        f"{_RULES} -k do_not_balance",
    ),
    _sql(
        "the credit is not required",
        replaced("require_both_entries", "e.account_id = added.to_account_id AND ", ""),
        f"{_RULES} -k do_not_balance",
    ),
    _sql(
        "the debit's amount is not compared",
        replaced("require_both_entries", "AND e.amount = -added.amount", ""),
        f"{_RULES} -k do_not_balance",
    ),
    _sql(
        "the credit's amount is not compared",
        replaced("require_both_entries", "AND e.amount = added.amount", ""),
        f"{_RULES} -k do_not_balance",
    ),
    _sql(
        "entries do not continue each other",
        replaced("carry_balances", "WHERE continued.breaks\n", "WHERE false\n"),
        f"{_RULES} -k do_not_balance",
    ),
    _sql(
        "entries may come between others",
        replaced("carry_balances", "u.entry_count <> (", "0 > ("),
        f"{_RULES} -k do_not_balance",
    ),
    _sql(
        "entries do not continue the balance",
        replaced("carry_balances", "AND a.balance = added_to.balance_after - added_to.change", ""),
        f"{_RULES} -k do_not_balance",
    ),
    _sql(
        "a balance without an entry is overlooked",
        replaced("carry_balances", "carried_count < added_count", "false"),
        f"{_RULES} -k do_not_balance",
    ),
    _sql(
        "the first of several entries makes the balance",
        replaced(
            "carry_balances",
            "ORDER BY added.transfer_id DESC",
            "ORDER BY added.transfer_id",
        ),
        f"{_POSTING} -k batch_is_decided",
    ),
    _sql(
        "a balance need not be that of the last entry",
        replaced(
            "require_balances_of_last_entries", "WHERE changed.balance <>", "WHERE false AND 0 <>"
        ),
        f"{_RULES} -k do_not_balance",
    ),
]
MUTANTS: Final[list[SqlMutant]] = [*LOCKS, *FUNDS, *SETTLING, *KEYS, *SESSIONS, *CLOCK, *FUNCTIONS]
