"""The rows that events leave in the audit trail, byte for byte, and that none is never recorded."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import psycopg

from bankapp.domain.events import EVENTS
from bankapp.domain.exchange_rates import RateKey, RateSheet
from bankapp.domain.feed import Place
from bankapp.domain.mail import Code
from bankapp.domain.origin import THE_BANK
from bankapp.domain.roles import Role
from bankapp.domain.sessions import Renewal
from bankapp.domain.users import NewUser, UserChange
from bankapp.domain.webhooks import SCHEDULE, Answer, NewWebhook, Outcome, Try
from bankapp.operations.events.declared import NAMES
from bankapp.operations.events.telling import tell
from bankapp.store.events.deliveries import Progress
from bankapp.store.operator.consumers import set_consumer_back
from bankapp.store.store import Store
from gen import models
from gen.enums import WebhookStatus
from tests.factories import HASHED_PASSWORD, Make, capture, hold, new_session, void
from tests.feed import facts
from tests.store.ledger.test_holds import held

Connection = psycopg.Connection[tuple[Any, ...]]
ALICE = NewUser(
    username="alice", hashed_password=HASHED_PASSWORD, full_name="Alice", email="alice@example.com"
)
UNCHANGED = UserChange(username="alice", known_role=Role.DEPOSITOR)
CODE, OTHER_CODE = (Code(hash=sha256(text).digest(), sealed="") for text in (b"one", b"other"))
DAY, MOMENT = timedelta(days=1), timedelta(milliseconds=1)
HASHES = [sha256(number.to_bytes()).digest() for number in range(3)]


def trail(connection: Connection) -> list[tuple[str, str, str | None, str | None]]:
    """Action, subject, before and after of each row, as PostgreSQL writes them."""
    rows = connection.execute(
        "SELECT action, subject, before::text, after::text FROM audit_events ORDER BY id"
    ).fetchall()
    connection.commit()
    return [(str(row[0]), str(row[1]), row[2], row[3]) for row in rows]


async def live_a_life_of_a_user(store: Store, connection: Connection) -> None:
    await store.users.register(ALICE, CODE)
    await store.email_verifications.resend("alice", OTHER_CODE)
    rows = connection.execute("SELECT id FROM email_verifications ORDER BY id").fetchall()
    connection.commit()
    for (verification_id,), code in zip(rows, (CODE, OTHER_CODE), strict=True):
        # The second proves nothing new.
        assert await store.email_verifications.complete(verification_id, code.hash, origin=THE_BANK)
    await store.users.change(replace(UNCHANGED, full_name="Al"), None, origin=THE_BANK)
    await store.users.change(replace(UNCHANGED, full_name="Al"), None, origin=THE_BANK)
    await store.users.change(replace(UNCHANGED, email="al@example.com"), CODE, origin=THE_BANK)
    await store.users.change_role("alice", Role.BANKER)
    await store.users.change_role("alice", Role.BANKER)
    await store.users.rehash_password("alice", HASHED_PASSWORD, "$2b$05$other", origin=THE_BANK)
    await store.users.rehash_password("alice", HASHED_PASSWORD, "$2b$05$other", origin=THE_BANK)
    await store.password_resets.start("al@example.com", CODE)
    assert await store.password_resets.complete(CODE.hash, HASHED_PASSWORD, origin=THE_BANK)
    await store.users.block("alice", is_blocked=True, origin=THE_BANK)
    await store.users.block("alice", is_blocked=False, origin=THE_BANK)


async def test_rows_of_a_user(store: Store, connection: Connection) -> None:
    await live_a_life_of_a_user(store, connection)
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


async def live_a_life_of_sessions(store: Store) -> list[uuid.UUID]:
    first, second = new_session("user_1"), new_session("user_1")
    await store.sessions.open(replace(first, refresh_token_hash=HASHES[0]))
    await store.sessions.open(second)
    renewal = Renewal(
        session_id=first.id,
        used_hash=HASHES[0],
        next_hash=HASHES[1],
        renewal_hash=HASHES[0],
        lifetime=timedelta(hours=1),
    )
    assert await store.sessions.renew(renewal, origin=THE_BANK)
    assert not await store.sessions.renew(replace(renewal, next_hash=HASHES[2]), origin=THE_BANK)
    assert await store.sessions.end(second.id, "user_1", origin=THE_BANK)
    assert not await store.sessions.end(second.id, "user_1", origin=THE_BANK)
    return [first.id, second.id]


async def test_rows_of_sessions(store: Store, make: Make, connection: Connection) -> None:
    await make.user()
    first_id, second_id = await live_a_life_of_sessions(store)
    opened = '{"username": "user_1", "user_agent": "test"}'
    assert trail(connection)[1:] == [
        ("session.opened", f"session:{first_id}", None, opened),
        ("session.opened", f"session:{second_id}", None, opened),
        ("session.renewed", f"session:{first_id}", None, None),
        ("session.reuse_detected", f"session:{first_id}", None, None),
        ("session.ended", f"session:{second_id}", None, None),
    ]


async def live_a_life_of_an_account(store: Store) -> int:
    account = await store.accounts.open("user_1", "USD")
    for step in (store.accounts.freeze, store.accounts.thaw):
        await step(account.id, origin=THE_BANK)
        await step(account.id, origin=THE_BANK)
    await store.accounts.close(account.id, origin=THE_BANK)
    return account.id


async def test_rows_of_an_account(store: Store, make: Make, connection: Connection) -> None:
    await make.user()
    subject = f"account:{await live_a_life_of_an_account(store)}"
    assert trail(connection)[1:] == [
        ("account.opened", subject, None, '{"owner": "user_1", "currency": "USD"}'),
        ("account.frozen", subject, '{"status": "open"}', '{"status": "frozen"}'),
        ("account.thawed", subject, '{"status": "frozen"}', '{"status": "open"}'),
        ("account.closed", subject, '{"status": "open"}', '{"status": "closed"}'),
    ]


async def live_a_life_of_rates(store: Store, connection: Connection) -> str:
    """The day of the rates, of which one is accepted and one refused."""
    [(day,)] = connection.execute("SELECT (now() AT TIME ZONE 'UTC')::date").fetchall()
    connection.commit()
    for source, rate in (("one", "1"), ("two", "2"), ("three", "3")):
        sheet = RateSheet(source=source, as_of=day, rates={"USD": Decimal(rate)})
        await store.exchange_rates.record(sheet)
    key = RateKey(base="EUR", quote="USD", as_of=day, source="two")
    for _ in range(2):
        await store.exchange_rates.accept(key, origin=THE_BANK)
        await store.exchange_rates.refuse(replace(key, source="three"), origin=THE_BANK)
    return str(day)


async def test_rows_of_rates(store: Store, connection: Connection) -> None:
    day = await live_a_life_of_rates(store, connection)
    assert trail(connection) == [
        (
            "exchange_rate.accepted",
            f"exchange_rate:EUR-USD-{day}-two",
            '{"status": "held"}',
            '{"rate": "2", "status": "accepted"}',
        ),
        (
            "exchange_rate.refused",
            f"exchange_rate:EUR-USD-{day}-three",
            '{"status": "held"}',
            '{"rate": "3", "status": "refused"}',
        ),
    ]


async def live_a_life_of_a_webhook(store: Store) -> int:
    made: list[int] = []

    def render(endpoint: models.WebhookEndpoint) -> str:
        made.append(endpoint.id)
        return ""

    new = NewWebhook(
        owner="user_1", url="https://a.example.org/key", types=None, sealed_secret="x", position=0
    )
    await store.webhooks.create(new, None, render, origin=THE_BANK)
    [webhook_id] = made
    await store.webhooks.change(webhook_id, None, ["hold.placed"], origin=THE_BANK)
    for status in (WebhookStatus.PAUSED, WebhookStatus.PAUSED, WebhookStatus.ACTIVE):
        await store.webhooks.set_status(webhook_id, status, origin=THE_BANK)
    await store.webhooks.rotate(webhook_id, "y", overlaps=True, origin=THE_BANK)
    lease = await store.deliveries.claim(webhook_id, uuid.uuid4(), DAY)
    assert lease is not None
    gone = Try(position=1, answer=Answer(outcome=Outcome.GONE, status=410))
    await store.deliveries.save(lease, Progress(tries=[gone], parked_count=1), SCHEDULE)
    await store.webhooks.delete(webhook_id, origin=THE_BANK)
    return webhook_id


async def test_rows_of_a_webhook(store: Store, make: Make, connection: Connection) -> None:
    """Of its URL they have the host only, for the rest may be a secret."""
    await make.user()
    subject = f"webhook:{await live_a_life_of_a_webhook(store)}"
    host = '"host": "a.example.org"'
    everything = f'{{{host}, "types": "all", "status": "active"}}'
    active = f'{{{host}, "types": "hold.placed", "status": "active"}}'
    paused = f'{{{host}, "types": "hold.placed", "status": "paused"}}'
    assert trail(connection)[1:] == [
        ("webhook.created", subject, None, everything),
        ("webhook.changed", subject, everything, active),
        ("webhook.changed", subject, active, paused),
        ("webhook.changed", subject, paused, active),
        ("webhook.secret_rotated", subject, None, None),
        ("webhook.disabled", subject, None, '{"reason": "gone"}'),
        ("webhook.deleted", subject, None, None),
    ]


async def test_every_event_is_recorded(
    store: Store, make: Make, connection: Connection, database_url: str
) -> None:
    """The lives above hold every event of the catalogue."""
    await live_a_life_of_a_user(store, connection)
    await make.user()
    await live_a_life_of_sessions(store)
    await live_a_life_of_an_account(store)
    await live_a_life_of_a_webhook(store)
    connection.execute("SELECT begin_feed_epoch()")
    connection.commit()
    set_consumer_back(database_url, "kafka", Place(2, 0))
    await live_a_life_of_rates(store, connection)
    assert {action for action, *_ in trail(connection)} == {event.name for event in EVENTS}


async def test_every_event_can_be_told(store: Store, make: Make, connection: Connection) -> None:
    """Goal: what readers are told of each is made of its row."""
    await live_a_life_of_a_user(store, connection)
    await make.user()
    await live_a_life_of_sessions(store)
    await live_a_life_of_an_account(store)
    await live_a_life_of_a_webhook(store)
    payer, payee = await make.account(balance=100), await make.account()
    made = [await held(store, hold(payer, payee, 9, lifetime)) for lifetime in (DAY, DAY, MOMENT)]
    await store.postings.post([capture(made[0].id), void(made[1].id)])
    while not await store.postings.expire_holds(datetime.now(UTC)):
        pass
    found = await facts(store)
    told = [tell(fact, 1, None).model_dump() for fact in found]
    assert {event["type"] for event in told} == NAMES
    assert [event["id"] for event in told] == [f"1-{fact.position}" for fact in found]
