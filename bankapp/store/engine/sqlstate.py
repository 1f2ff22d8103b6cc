"""The meaning of PostgreSQL's errors to the bank; no other module reads SQLSTATE."""

from enum import Enum, auto
from typing import Final

import psycopg

from bankapp.domain import errors

# PostgreSQL logs each broken constraint, so a transaction asks before it could break one. These are
# broken by concurrent transactions only.
BY_CONSTRAINT: Final[dict[str, type[errors.Refusal]]] = {
    "users_email_key": errors.EmailTaken,
    "users_keep_an_admin": errors.LastAdmin,
    "accounts_close_without_holds": errors.AccountNotEmpty,
}


class Meaning(Enum):
    """What an error that PostgreSQL reports means to the request in which it came up."""

    CONFLICT = auto()  # lost to a concurrent transaction: the same one may run again
    LOCKED = auto()  # a lock was not to be had in time
    READ_ONLY = auto()  # this server takes no writes, as a standby does; another one may
    GONE = auto()  # the connection, the server or its resources: the outcome is unknown
    BUG = auto()  # of the bank, its schema or the data: the same request fails again


# Of the SQLSTATEs in whose class not all mean the same.
_OF_STATE: Final = {
    "25006": Meaning.READ_ONLY,
    "25P03": Meaning.GONE,  # the server closed a connection that was idle in a transaction
    "25P04": Meaning.GONE,  # or whose transaction took too long
    "40000": Meaning.CONFLICT,
    "40001": Meaning.CONFLICT,
    "40003": Meaning.GONE,  # it is not known whether the statement was completed
    "40P01": Meaning.CONFLICT,
    "55P03": Meaning.LOCKED,
    "72000": Meaning.CONFLICT,  # PostgreSQL 16: the snapshot is too old
}
# Of all others by their class. What is in neither is a bug: PostgreSQL cannot do what it was told.
_OF_CLASS: Final = {
    "08": Meaning.GONE,  # the connection
    "28": Meaning.GONE,  # the server refuses the bank's role or password,
    "3D": Meaning.GONE,  # or has no such database: somebody is changing them
    "53": Meaning.GONE,  # disk, memory or connections are used up
    "57": Meaning.GONE,  # an operator or a timeout intervenes
    "58": Meaning.GONE,  # the system around PostgreSQL fails
}
_CONFLICTS: Final = {
    "40000": "transaction_rollback",
    "40001": "serialization_failure",
    "40P01": "deadlock",
    "55P03": "lock_timeout",
    "72000": "snapshot_too_old",
}


def meaning_of(sqlstate: str) -> Meaning:
    """What this SQLSTATE means, unless the constraint that it is about says more."""
    return _OF_STATE.get(sqlstate) or _OF_CLASS.get(sqlstate[:2], Meaning.BUG)


def conflict(error: psycopg.Error, *, is_patient: bool = True) -> str | None:
    """The conflict with a concurrent transaction, after which this one may run again; or None.

    With `is_patient` a lock timeout is such a conflict, too.
    """
    if error.sqlstate is None:
        return None
    passing = (Meaning.CONFLICT, Meaning.LOCKED) if is_patient else (Meaning.CONFLICT,)
    return _CONFLICTS[error.sqlstate] if meaning_of(error.sqlstate) in passing else None


def is_read_only(error: psycopg.Error) -> bool:
    """Whether the server takes no writes: the connections to it may lead to the wrong one."""
    return error.sqlstate is not None and meaning_of(error.sqlstate) is Meaning.READ_ONLY


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
        return BY_CONSTRAINT[error.diag.constraint_name]()
    if error.sqlstate is None:
        return errors.Unavailable() if isinstance(error, psycopg.OperationalError) else None
    match meaning_of(error.sqlstate):
        case Meaning.CONFLICT | Meaning.LOCKED:
            return errors.Unavailable.undone()
        case Meaning.READ_ONLY:
            return errors.Unavailable.read_only()
        case Meaning.GONE:
            return errors.Unavailable()
        case Meaning.BUG:
            return None
