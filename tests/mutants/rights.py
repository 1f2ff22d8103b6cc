"""The application's role with a right too many, and functions that trust who calls them."""

from typing import Final

from tests.mutants.mutant import CodeMutant, Mutant, SqlMutant

_RULES: Final = "tests/db/test_rules.py"
_IDENTITY: Final = "tests/db/test_identity_rules.py"
_BY_HAND: Final = f"{_RULES} -k by_hand"
# What bank_application must not have, and the tests that see it have it.
GRANTS: Final = {
    "INSERT ON transfers": _BY_HAND,
    "UPDATE ON transfers": _BY_HAND,
    "DELETE ON transfers": _BY_HAND,
    "INSERT ON entries": _BY_HAND,
    "UPDATE ON entries": _BY_HAND,
    "DELETE ON entries": _BY_HAND,
    "TRUNCATE ON entries, transfers": _BY_HAND,
    "UPDATE (balance) ON accounts": _BY_HAND,
    "UPDATE (owner) ON accounts": _BY_HAND,
    "UPDATE (currency) ON accounts": _BY_HAND,
    "INSERT (kind) ON accounts": _BY_HAND,
    "INSERT (balance) ON accounts": _BY_HAND,
    "DELETE ON accounts": _BY_HAND,
    "INSERT ON holds": _BY_HAND,
    "UPDATE ON holds": _BY_HAND,
    "DELETE ON holds": _BY_HAND,
    "INSERT ON currencies": _BY_HAND,
    "DELETE ON users": _BY_HAND,
    "UPDATE (username) ON users": _BY_HAND,
    "UPDATE ON SEQUENCE transfers_id_seq": _BY_HAND,
    "UPDATE ON audit_events": _BY_HAND,
    "DELETE ON audit_events": _BY_HAND,
    "CREATE ON SCHEMA public": _BY_HAND,
}
FUNCTIONS: Final = [
    "open_cash_account",
    "require_both_entries",
    "require_balance_of_last_entry",
    "require_running_balance",
]


def _sql(name: str, statement: str, tests: str) -> SqlMutant:
    return SqlMutant(name=name, statement=statement, tests=tests)


MUTANTS: Final[list[Mutant]] = [
    *(
        _sql(f"the application may {grant}", f"GRANT {grant} TO bank_application", tests)
        for grant, tests in GRANTS.items()
    ),
    _sql(
        "the posting call has no more rights than its caller",
        "ALTER ROUTINE post_transfers SECURITY INVOKER",
        "tests/store/test_posting.py -k funds",
    ),
    _sql(
        "the posting call takes the caller's tables for ours",
        "ALTER ROUTINE post_transfers RESET search_path",
        f"{_RULES} -k not_fooled",
    ),
    _sql(
        "everybody may post",
        "DO $mutant$ BEGIN EXECUTE 'GRANT EXECUTE ON FUNCTION '"
        " || 'post_transfers'::regproc::oid::regprocedure || ' TO public'; END $mutant$",
        f"{_RULES} -k nobody_else",
    ),
    *(
        _sql(
            f"{function} takes a session's tables for ours",
            f"ALTER FUNCTION {function}() RESET search_path",
            f"{_RULES} -k not_fooled",
        )
        for function in FUNCTIONS
    ),
    CodeMutant(
        name="the server stays its owner",
        path="bankapp/store/transaction.py",
        old='"role": APPLICATION_ROLE,',
        new="",
        tests="tests/store/test_transaction.py -k application",
    ),
]
