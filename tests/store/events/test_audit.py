"""The rows that events leave in the audit trail, byte for byte, and that none is never recorded."""

import uuid
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from bankapp.domain.audit import THE_BANK
from bankapp.domain.events import EVENTS
from bankapp.domain.mail import Code
from bankapp.domain.roles import Role
from bankapp.domain.sessions import Renewal
from bankapp.domain.users import NewUser, UserChange
from bankapp.store.engine.transaction import Pool, Transactions
from bankapp.store.identity import sessions, users
from bankapp.store.ledger import accounts
from tests.factories import HASHED_PASSWORD, Make, new_session

Connection = psycopg.Connection[tuple[Any, ...]]
ALICE = NewUser(
    username="alice", hashed_password=HASHED_PASSWORD, full_name="Alice", email="alice@example.com"
)
UNCHANGED = UserChange(username="alice", known_role=Role.DEPOSITOR)
CODE, OTHER_CODE = (Code(hash=sha256(text).digest(), sealed="") for text in (b"one", b"other"))
HASHES = [sha256(number.to_bytes()).digest() for number in range(3)]


@pytest.fixture
def transactions(pool: Pool) -> Transactions:
    return Transactions(pool, 0)


def trail(connection: Connection) -> list[tuple[str, str, str | None, str | None]]:
    """Action, subject, before and after of each row, as PostgreSQL writes them."""
    rows = connection.execute(
        "SELECT action, subject, before::text, after::text FROM audit_events ORDER BY id"
    ).fetchall()
    connection.commit()
    return [(str(row[0]), str(row[1]), row[2], row[3]) for row in rows]


async def live_a_life_of_a_user(transactions: Transactions, connection: Connection) -> None:
    run = transactions.run
    await run(users.register, ALICE, CODE, THE_BANK)
    await run(users.send_verification_again, "alice", OTHER_CODE)
    rows = connection.execute("SELECT id FROM email_verifications ORDER BY id").fetchall()
    connection.commit()
    for (verification_id,), code in zip(rows, (CODE, OTHER_CODE), strict=True):
        # The second proves nothing new.
        assert await run(users.verify_email, verification_id, code.hash, THE_BANK)
    await run(users.change, replace(UNCHANGED, full_name="Al"), None, THE_BANK)
    await run(users.change, replace(UNCHANGED, full_name="Al"), None, THE_BANK)
    await run(users.change, replace(UNCHANGED, email="al@example.com"), CODE, THE_BANK)
    await run(users.change_role, "alice", Role.BANKER, THE_BANK)
    await run(users.change_role, "alice", Role.BANKER, THE_BANK)
    await run(users.rehash, "alice", HASHED_PASSWORD, "$2b$05$other", THE_BANK)
    await run(users.rehash, "alice", HASHED_PASSWORD, "$2b$05$other", THE_BANK)
    await run(users.start_password_reset, "al@example.com", CODE)
    assert await run(users.reset_password, CODE.hash, HASHED_PASSWORD, THE_BANK)
    await run(users.block, "alice", THE_BANK, is_blocked=True)
    await run(users.block, "alice", THE_BANK, is_blocked=False)


async def test_rows_of_a_user(transactions: Transactions, connection: Connection) -> None:
    await live_a_life_of_a_user(transactions, connection)
    assert trail(connection) == [
        (
            "user.created",
            "user:alice",
            None,
            (
                '{"role": "depositor", "email": "alice@example.com", "full_name": "Alice",'
                ' "is_email_verified": false}'
            ),
        ),
        (
            "user.email_verified",
            "user:alice",
            '{"is_email_verified": false}',
            '{"is_email_verified": true}',
        ),
        ("user.changed", "user:alice", '{"full_name": "Alice"}', '{"full_name": "Al"}'),
        (
            "user.changed",
            "user:alice",
            '{"email": "alice@example.com", "is_email_verified": true}',
            '{"email": "al@example.com", "is_email_verified": false}',
        ),
        ("user.role_changed", "user:alice", '{"role": "depositor"}', '{"role": "banker"}'),
        ("user.password_rehashed", "user:alice", None, None),
        ("user.password_changed", "user:alice", None, None),
        ("user.blocked", "user:alice", None, None),
        ("user.unblocked", "user:alice", None, None),
    ]


async def live_a_life_of_sessions(transactions: Transactions) -> list[uuid.UUID]:
    run = transactions.run
    first, second = new_session("user_1"), new_session("user_1")
    await run(sessions.open_session, replace(first, refresh_token_hash=HASHES[0]), THE_BANK)
    await run(sessions.open_session, second, THE_BANK)
    renewal = Renewal(
        session_id=first.id,
        used_hash=HASHES[0],
        next_hash=HASHES[1],
        lifetime=timedelta(hours=1),
    )
    assert await run(sessions.renew, renewal, THE_BANK)
    assert not await run(sessions.renew, replace(renewal, next_hash=HASHES[2]), THE_BANK)
    assert await run(sessions.end, second.id, "user_1", THE_BANK)
    assert not await run(sessions.end, second.id, "user_1", THE_BANK)
    return [first.id, second.id]


async def test_rows_of_sessions(
    transactions: Transactions, make: Make, connection: Connection
) -> None:
    await make.user()
    first_id, second_id = await live_a_life_of_sessions(transactions)
    opened = '{"username": "user_1", "user_agent": "test"}'
    assert trail(connection)[1:] == [
        ("session.opened", f"session:{first_id}", None, opened),
        ("session.opened", f"session:{second_id}", None, opened),
        ("session.renewed", f"session:{first_id}", None, None),
        ("session.reuse_detected", f"session:{first_id}", None, None),
        ("session.ended", f"session:{second_id}", None, None),
    ]


async def live_a_life_of_an_account(transactions: Transactions) -> int:
    account = await transactions.run(accounts.open_account, "user_1", "USD", THE_BANK)
    for step in (accounts.freeze, accounts.thaw):
        await transactions.run(step, account.id, THE_BANK)
        await transactions.run(step, account.id, THE_BANK)
    await transactions.run(accounts.close, account.id, THE_BANK)
    return account.id


async def test_rows_of_an_account(
    transactions: Transactions, make: Make, connection: Connection
) -> None:
    await make.user()
    subject = f"account:{await live_a_life_of_an_account(transactions)}"
    assert trail(connection)[1:] == [
        ("account.opened", subject, None, '{"owner": "user_1", "currency": "USD"}'),
        ("account.frozen", subject, '{"status": "open"}', '{"status": "frozen"}'),
        ("account.thawed", subject, '{"status": "frozen"}', '{"status": "open"}'),
        ("account.closed", subject, '{"status": "open"}', '{"status": "closed"}'),
    ]


async def test_every_event_is_recorded(
    transactions: Transactions, make: Make, connection: Connection
) -> None:
    """The lives above hold every event of the catalogue."""
    await live_a_life_of_a_user(transactions, connection)
    await make.user()
    await live_a_life_of_sessions(transactions)
    await live_a_life_of_an_account(transactions)
    assert {action for action, *_ in trail(connection)} == {event.name for event in EVENTS}
