"""A limit that is said in Python, in a function and in a constraint is one number."""

import re
from datetime import timedelta
from typing import Any, LiteralString

import psycopg
import pytest

from bankapp.domain import limits
from gen import email_verifications, entries, idempotency_keys, sessions
from tests.scale.plans import MODES

Connection = psycopg.Connection[tuple[Any, ...]]

HOLD_LIFETIME_MAX = timedelta(seconds=limits.HOLD_LIFETIME_MAX_S)
# The last numbers of each constraint.
NUMBERS: dict[str, list[int]] = {
    "accounts_balance_limit": [limits.AMOUNT_MAX],
    "holds_amount_limit": [limits.AMOUNT_MAX],
    "holds_description_length": [limits.DESCRIPTION_LENGTH_MAX],
    "idempotency_keys_key_length": [limits.IDEMPOTENCY_KEY_LENGTH_MAX],
    "sessions_user_agent_length": [limits.USER_AGENT_LENGTH_MAX],
    "transfers_amount_limit": [limits.AMOUNT_MAX],
    "transfers_description_length": [limits.DESCRIPTION_LENGTH_MAX],
    "users_email_length": [limits.EMAIL_LENGTH_MAX],
    "users_full_name_length": [limits.FULL_NAME_LENGTH_MAX],
    "users_username_shape": [limits.USERNAME_LENGTH_MIN, limits.USERNAME_LENGTH_MAX],
}
INTERVALS = {
    "holds_lifetime_limit": HOLD_LIFETIME_MAX,
    "sessions_end_in_time": limits.SESSION_DURATION_MAX,
}


def definition(connection: Connection, constraint: str) -> str:
    [(text,)] = connection.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [constraint]
    ).fetchall()
    return str(text)


def value(connection: Connection, expression: str) -> object:
    row = connection.execute(f"SELECT {expression}".encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("function", "limit"),
    [
        ("balance_max", limits.AMOUNT_MAX),
        ("key_lifetime", limits.IDEMPOTENCY_KEY_LIFETIME),
        ("hold_lifetime_max", HOLD_LIFETIME_MAX),
        ("session_duration_max", limits.SESSION_DURATION_MAX),
    ],
)
def test_a_function_gives_the_limit(connection: Connection, function: str, limit: object) -> None:
    assert value(connection, f"{function}()") == limit


@pytest.mark.parametrize("constraint", NUMBERS)
def test_a_constraint_has_the_numbers_of_the_limit(connection: Connection, constraint: str) -> None:
    expected = NUMBERS[constraint]
    numbers = [int(number) for number in re.findall(r"-?\d+", definition(connection, constraint))]
    assert numbers[-len(expected) :] == expected


@pytest.mark.parametrize("constraint", INTERVALS)
def test_a_constraint_has_the_interval_of_the_limit(
    connection: Connection, constraint: str
) -> None:
    [interval] = re.findall(r"'[\d:]+'::interval", definition(connection, constraint))
    assert value(connection, interval) == INTERVALS[constraint]


@pytest.mark.parametrize("table", ["email_verifications", "password_resets"])
def test_a_code_expires_after_the_lifetime_of_the_limit(connection: Connection, table: str) -> None:
    default = value(
        connection,
        "column_default FROM information_schema.columns"
        f" WHERE table_name = '{table}' AND column_name = 'expires_at'",
    )
    assert value(connection, f"({default}) - now()") == limits.CODE_LIFETIME


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        (email_verifications.DELETE_EXPIRED_EMAIL_VERIFICATIONS, ["now", "1"]),
        (entries.GET_BALANCE_AT, ["1", "now"]),
        (idempotency_keys.DELETE_OLD_IDEMPOTENCY_KEYS, ["now", "1"]),
        (
            sessions.ROTATE_REFRESH_TOKEN,
            ["", "", "1 h", "00000000-0000-0000-0000-000000000000", ""],
        ),
    ],
    ids=["old codes", "balance", "old keys", "session"],
)
def test_a_plan_has_the_value_of_a_limit(
    connection: Connection, mode: str, query: LiteralString, parameters: list[str | None]
) -> None:
    """Goal: the planner reckons with the number. Method: the plan says it, and not the function."""
    connection.execute("SELECT set_config('plan_cache_mode', %s, false)", [mode])
    connection.execute(b"PREPARE limited AS " + query.encode())
    explained = "EXPLAIN (VERBOSE) EXECUTE limited ({})".format(", ".join(["%s"] * len(parameters)))
    with psycopg.ClientCursor(connection) as cursor:
        plan = "\n".join(line for (line,) in cursor.execute(explained.encode(), parameters))
    assert re.search(r"'(1 day|(24|720|744):00:00)'::interval", plan)
    assert not re.search(r"(lifetime|duration|retention)\w*\(", plan)
