"""The meaning of PostgreSQL's errors to the bank; no other module reads SQLSTATE."""

from typing import Final

import psycopg

from bankapp.domain import errors

BY_CONSTRAINT: Final[dict[str, errors.Refusal]] = {
    "users_pkey": errors.UsernameTaken(),
    "users_email_key": errors.EmailTaken(),
    "accounts_owner_currency_key": errors.AccountExists(),
    "accounts_currency_fkey": errors.ValidationFailed(
        violations=[errors.Violation("currency", "is not a currency of this bank")]
    ),
}

# The connection, the server or its resources are gone, or a lock or statement took too long.
_UNAVAILABLE_CLASSES: Final = ("08", "53", "57", "58")
_UNAVAILABLE: Final = ("25P03", "25P04")
_CONFLICTS: Final = {"40001": "serialization_failure", "40P01": "deadlock"}
_LOCK_TIMEOUT: Final = {"55P03": "lock_timeout"}


def conflict(error: psycopg.Error, *, is_patient: bool = True) -> str | None:
    """The conflict with a concurrent transaction, after which this one may run again; or None.

    With `is_patient` a lock timeout is such a conflict, too.
    """
    passing = _CONFLICTS | _LOCK_TIMEOUT if is_patient else _CONFLICTS
    return passing.get(error.sqlstate or "")


def is_undone(error: Exception) -> bool:
    """Whether the failed statement is known to have changed nothing.

    It is if PostgreSQL reported the error; any other error may come after COMMIT.
    """
    if isinstance(error, psycopg.Error):
        return error.sqlstate is not None and refusal_for(error) is None
    return isinstance(error, errors.Unavailable) and error.is_undone


def refusal_for(error: psycopg.Error) -> errors.Refusal | None:
    """The refusal that `error` means, or None where it is a bug."""
    if error.diag.constraint_name in BY_CONSTRAINT:
        known = BY_CONSTRAINT[error.diag.constraint_name]
        return type(known)(known.detail, known.violations)
    if error.sqlstate is None:
        return errors.Unavailable() if isinstance(error, psycopg.OperationalError) else None
    if error.sqlstate in _CONFLICTS | _LOCK_TIMEOUT:
        return errors.Unavailable.undone()
    is_unavailable = error.sqlstate in _UNAVAILABLE or error.sqlstate[:2] in _UNAVAILABLE_CLASSES
    return errors.Unavailable() if is_unavailable else None
