"""Every change of a user or a session leaves a row that stays."""

from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors as pg

from bankapp.domain.roles import Role
from bankapp.store.engine.session import APPLICATION_ROLE
from tests.api.client import Api
from tests.factories import PASSWORD

Connection = psycopg.Connection[tuple[Any, ...]]


def trail(connection: Connection, subject: str) -> list[tuple[Any, ...]]:
    rows = connection.execute(
        "SELECT action, actor, before, after FROM audit_events WHERE subject = %s ORDER BY id",
        [subject],
    ).fetchall()
    connection.commit()
    return rows


async def test_a_life_of_a_user(api: Api, connection: Connection) -> None:
    body = {
        "username": "alice",
        "password": PASSWORD,
        "full_name": "Alice",
        "email": "alice@example.com",
    }
    headers = {"X-Request-Id": "the-request"}
    signed_up = await api.request("POST", "/v1/users", json=body, headers=headers)
    assert signed_up.status == 201
    alice, admin = await api.log_in("alice"), await api.person("root", Role.ADMIN)
    path = "/v1/users/alice"
    assert (await alice.patch(path, full_name="Al")).status == 200
    assert (await alice.patch(path, full_name="Al")).status == 200  # which changes nothing
    changed = await alice.patch(path, password="tr0mbone-Fjord", current_password=PASSWORD)
    assert changed.status == 200
    assert (await admin.put(f"{path}/role", role="banker")).status == 200
    assert (await admin.post(f"{path}/block")).status == 200
    assert (await admin.post(f"{path}/unblock")).status == 200
    shown = {
        "full_name": "Alice",
        "email": "alice@example.com",
        "is_email_verified": False,
        "role": "depositor",
    }
    assert trail(connection, "user:alice") == [
        ("user.created", None, None, shown),
        ("user.changed", "alice", {"full_name": "Alice"}, {"full_name": "Al"}),
        ("user.password_changed", "alice", None, None),
        ("user.role_changed", "root", {"role": "depositor"}, {"role": "banker"}),
        ("user.blocked", "root", None, None),
        ("user.unblocked", "root", None, None),
    ]
    [(request_id, address)] = connection.execute(
        "SELECT request_id, host(client_address) FROM audit_events WHERE action = 'user.created'"
        " AND subject = 'user:alice'"
    ).fetchall()
    assert (request_id, address) == ("the-request", "127.0.0.1")


async def test_a_life_of_a_session(api: Api, connection: Connection) -> None:
    await api.make.user("alice")
    credentials = {"username": "alice", "password": PASSWORD}
    session = (await api.request("POST", "/v1/users/login", json=credentials)).body
    body = {"refresh_token": session["refresh_token"]}
    for agent, status in (("alice's", 200), ("a thief's", 401)):
        answer = await api.request(
            "POST", "/v1/tokens/renew_access", json=body, headers={"User-Agent": agent}
        )
        assert answer.status == status
    actions = [
        (action, actor)
        for action, actor, _, _ in trail(connection, f"session:{session['session_id']}")
    ]
    assert actions == [
        ("session.opened", "alice"),
        ("session.renewed", "alice"),
        ("session.reuse_detected", None),
    ]


async def test_a_refusal_leaves_no_audit_row(api: Api, connection: Connection) -> None:
    alice, _ = await api.person("alice"), await api.make.user("bob")
    taken = await alice.patch("/v1/users/alice", email="bob@example.com", current_password=PASSWORD)
    assert taken.code == "email_taken"
    assert [row[0] for row in trail(connection, "user:alice")] == ["user.created"]


@pytest.mark.parametrize("role", ["bank", APPLICATION_ROLE])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET actor = 'somebody'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "UPDATE audit_events SET actor = 'somebody' WHERE false",
    ],
)
async def test_what_happened_stays(
    api: Api, connection: Connection, role: str, statement: LiteralString
) -> None:
    await api.make.user("alice")
    if role == APPLICATION_ROLE:
        connection.execute(f"SET ROLE {APPLICATION_ROLE}".encode())
    with pytest.raises((pg.RestrictViolation, pg.InsufficientPrivilege)):
        connection.execute(statement)


@pytest.mark.parametrize("secret", ["password", "hashed_password", "code_hash"])
def test_a_secret_is_refused(connection: Connection, secret: str) -> None:
    with pytest.raises(pg.CheckViolation, match="audit_events_hold_no_secrets"):
        connection.execute(
            "INSERT INTO audit_events (action, subject, after)"
            " VALUES ('user.changed', 'user:x', jsonb_build_object(%s::text, 1))",
            [secret],
        )


async def test_events_of_an_account(api: Api, connection: Connection) -> None:
    """Opened, frozen, thawed and closed; a request that changes nothing leaves no event."""
    alice, banker = await api.person("alice"), await api.person("bea", Role.BANKER)
    account_id = (await alice.post("/v1/accounts", currency="USD")).body["id"]
    path = f"/v1/accounts/{account_id}"
    for person, verb in (
        *((banker, "freeze"), (banker, "freeze"), (banker, "thaw"), (banker, "thaw")),
        (alice, "close"),
    ):
        assert (await person.post(f"{path}/{verb}")).status == 200
    assert trail(connection, f"account:{account_id}") == [
        ("account.opened", "alice", None, {"owner": "alice", "currency": "USD"}),
        ("account.frozen", "bea", {"status": "open"}, {"status": "frozen"}),
        ("account.thawed", "bea", {"status": "frozen"}, {"status": "open"}),
        ("account.closed", "alice", {"status": "open"}, {"status": "closed"}),
    ]
