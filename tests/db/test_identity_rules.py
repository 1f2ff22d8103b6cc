"""The rules on users, sessions and codes that the database keeps by itself."""

from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors as pg

from bankapp.store.engine.session import APPLICATION_ROLE
from tests.factories import Make

Connection = psycopg.Connection[tuple[Any, ...]]

SESSION: LiteralString = (
    "INSERT INTO sessions (username, user_agent, refresh_token_hash, expires_at)"
    " VALUES ('alice', '', {hash}, now() + interval '{lifetime}')"
)
CODE: LiteralString = (
    "INSERT INTO {table} (username, email, code_hash) VALUES ('{username}', 'x', {hash})"
)
EVENT: LiteralString = "INSERT INTO audit_events (action, subject) VALUES ('{action}', '{subject}')"


@pytest.mark.parametrize(
    ("statement", "values", "rule"),
    [
        pytest.param(SESSION, {"hash": "sha256('x')", "lifetime": "30 days"}, None, id="30 days"),
        pytest.param(SESSION, {"hash": "NULL", "lifetime": "1 day"}, None, id="not renewable"),
        pytest.param(
            SESSION,
            {"hash": "NULL", "lifetime": "30 days 1 second"},
            "sessions_end_in_time",
            id="longer",
        ),
        pytest.param(
            SESSION,
            {"hash": "'a token'", "lifetime": "1 day"},
            "sessions_refresh_token_hash_sha256",
            id="a token for a hash",
        ),
        pytest.param(
            SESSION.replace("refresh_token_hash", "renewal_hash"),
            {"hash": "'a token'", "lifetime": "1 day"},
            "sessions_renewal_hash_sha256",
            id="a renewal for a hash",
        ),
        *(
            pytest.param(CODE, {"table": table, **values}, rule and f"{table}_{rule}", id=table)
            for table in ("email_verifications", "password_resets")
            for values, rule in (
                ({"username": "alice", "hash": "sha256('x')"}, None),
                ({"username": "nobody", "hash": "sha256('x')"}, "username_fkey"),
                ({"username": "alice", "hash": "'a code'"}, "code_hash_sha256"),
            )
        ),
        pytest.param(EVENT, {"action": "user.changed", "subject": "user:x"}, None, id="an event"),
        pytest.param(
            EVENT,
            {"action": "changed", "subject": "user:x"},
            "audit_events_action_shape",
            id="an action of nothing",
        ),
        pytest.param(
            EVENT,
            {"action": "user.changed", "subject": "x"},
            "audit_events_subject_shape",
            id="a subject of no kind",
        ),
    ],
)
async def test_rules(
    make: Make,
    connection: Connection,
    statement: str,
    values: dict[str, str],
    rule: str | None,
) -> None:
    await make.user("alice")
    text = statement.format(**values).encode()
    if rule is None:
        connection.execute(text)
    else:
        with pytest.raises(pg.IntegrityError) as refusal:
            connection.execute(text)
        assert refusal.value.diag.constraint_name == rule


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET username = 'mallory'",
        "UPDATE users SET created_at = now()",
        "DELETE FROM users",
        "UPDATE sessions SET username = 'mallory'",
        "UPDATE sessions SET created_at = now()",
        "UPDATE email_verifications SET email = 'x', used_at = NULL",
        "UPDATE password_resets SET code_hash = sha256('x')",
        "UPDATE password_resets SET expires_at = 'infinity'",
        "DROP TABLE procrastinate.procrastinate_jobs",
        "CREATE FUNCTION procrastinate.f() RETURNS int RETURN 1",
    ],
)
def test_what_the_server_cannot_do(connection: Connection, statement: LiteralString) -> None:
    connection.execute(f"SET ROLE {APPLICATION_ROLE}".encode())
    with pytest.raises(pg.InsufficientPrivilege):
        connection.execute(statement)
