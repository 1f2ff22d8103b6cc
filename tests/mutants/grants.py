"""Grants that are too wide, and functions that trust the tables of their caller's session."""

from typing import Final

from tests.mutants.mutant import CodeMutant, Mutant, SqlMutant

_RULES: Final = "tests/db/test_rules.py"
# Rights that bank_application must not have, and a part of the statement that each would allow.
GRANTS: Final = {
    "INSERT ON transfers": "INSERT INTO transfers",
    "UPDATE ON transfers": "UPDATE transfers",
    "DELETE ON transfers": "DELETE FROM transfers",
    "INSERT ON entries": "INSERT INTO entries",
    "UPDATE ON entries": "UPDATE entries",
    "DELETE ON entries": "DELETE FROM entries",
    "TRUNCATE ON entries, transfers": "TRUNCATE",
    "UPDATE (balance) ON accounts": "UPDATE accounts SET balance",
    "UPDATE (owner) ON accounts": "UPDATE accounts SET owner",
    "UPDATE (currency) ON accounts": "UPDATE accounts SET currency",
    "INSERT (kind) ON accounts": "INSERT INTO accounts (kind",
    "INSERT (balance) ON accounts": "INSERT INTO accounts (owner, currency, balance",
    "DELETE ON accounts": "DELETE FROM accounts",
    "INSERT ON holds": "INSERT INTO holds",
    "UPDATE ON holds": "UPDATE holds",
    "DELETE ON holds": "DELETE FROM holds",
    "DELETE ON users": "DELETE FROM users",
    "UPDATE (username) ON users": "UPDATE users",
    "UPDATE ON audit_events": "UPDATE audit_events",
    "DELETE ON audit_events": "DELETE FROM audit_events",
    "UPDATE ON SEQUENCE positions": "setval",
    "CREATE ON SCHEMA public": "CREATE TABLE",
}
FUNCTIONS: Final = [
    "open_cash_account",
    "require_both_entries",
    "carry_balances",
    "require_balances_of_last_entries",
]


def _sql(name: str, statement: str, tests: str) -> SqlMutant:
    return SqlMutant(name=name, statement=statement, tests=tests)


MUTANTS: Final[list[Mutant]] = [
    *(
        _sql(
            f"the application may {grant}",
            f"GRANT {grant} TO bank_application",
            f"{_RULES} -k 'by_hand and {statement}'",
        )
        for grant, statement in GRANTS.items()
    ),
    _sql(
        "the posting call has only its caller's rights",
        "ALTER ROUTINE post_transfers SECURITY INVOKER",
        "tests/store/ledger/test_posting.py -k funds",
    ),
    _sql(
        "the posting call uses temporary tables of its caller",
        "ALTER ROUTINE post_transfers RESET search_path",
        f"{_RULES} -k not_fooled",
    ),
    _sql(
        "every role may post",
        "DO $mutant$ BEGIN EXECUTE 'GRANT EXECUTE ON FUNCTION '"
        " || 'post_transfers'::regproc::oid::regprocedure || ' TO public'; END $mutant$",
        f"{_RULES} -k nobody_else",
    ),
    *(
        _sql(
            f"{function} uses temporary tables of its session",
            f"ALTER FUNCTION {function}() RESET search_path",
            f"{_RULES} -k not_fooled",
        )
        for function in FUNCTIONS
    ),
    CodeMutant(
        name="the server keeps the role of its login",
        path="bankapp/store/engine/transaction.py",
        old='"role": APPLICATION_ROLE,',
        new="",
        tests="tests/store/engine/test_transaction.py -k application",
    ),
]
