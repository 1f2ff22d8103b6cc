"""Rows of the queue: those of the previous release are done, unreadable ones are shown."""

from hashlib import sha256
from typing import Any, Final

import psycopg
import pytest

from bankapp.domain.jobs import (
    JOBS,
    AnyJob,
    ExpireHolds,
    FetchRates,
    PingWebhook,
    Purge,
    SendMail,
    StartPasswordReset,
)
from bankapp.domain.mail import MailKind
from bankapp.jobs.failed_jobs import failed_jobs
from bankapp.store.engine.jobs import UnreadableJob, enqueue, read
from bankapp.store.engine.transaction import Pool, Transactions
from tests.factories import Make
from tests.job_runner import JobRunner
from tests.mail_server import text_of

Connection = psycopg.Connection[tuple[Any, ...]]

# A code under a key of zeros, as version 0.1.0 sealed it.
CODE: Final = "RJTFGAFJCmw0K4G_8lDJlDpbYOKnkGCYDFYhLKzT-kI"
SEALED: Final = (
    "v4.local.iwaWKerDDs9y_96x9MoqU4CipeodWO2mKgykIXs4fkkgSnYPBx-3Iou_lpgn6ffLMsGwN17U1LiWN4YzA_NX"
    "N_1SIlqAqalCd-nKViakMLHk8ZoBWm6HZjlkySaUxTBODF2Ua6b4K-Peu-gXQo0gFwQ_y4I-4GnmwSt1CBO1Vg-WKMl9"
    "yFU.eyJraWQiOiAiazQubGlkLmJxbHRiTmM0SkxVQW1jOVh0cG9rLWZCdUkwZFFONV9tM0NEOVdfbmJoNTU5In0"
)
# Each job, and the name and the arguments that version 0.1.0 wrote of it.
ROWS: Final[list[tuple[AnyJob, str, str]]] = [
    (
        SendMail(
            kind=MailKind.VERIFY_EMAIL,
            to="alice@example.com",
            full_name="Alice",
            verification_id=7,
            sealed_code=SEALED,
        ),
        "send_mail",
        (
            '{"to": "alice@example.com", "kind": "verify_email", "full_name": "Alice",'
            f' "sealed_code": "{SEALED}", "verification_id": 7}}'
        ),
    ),
    (
        SendMail(
            kind=MailKind.RESET_PASSWORD,
            to="alice@example.com",
            full_name="Alice",
            sealed_code=SEALED,
        ),
        "send_mail",
        (
            '{"to": "alice@example.com", "kind": "reset_password", "full_name": "Alice",'
            f' "sealed_code": "{SEALED}", "verification_id": null}}'
        ),
    ),
    (
        SendMail(kind=MailKind.EMAIL_CHANGED, to="alice@example.com", full_name="Alice"),
        "send_mail",
        (
            '{"to": "alice@example.com", "kind": "email_changed", "full_name": "Alice",'
            ' "sealed_code": null, "verification_id": null}'
        ),
    ),
    (
        StartPasswordReset(email="alice@example.com"),
        "start_password_reset",
        '{"email": "alice@example.com"}',
    ),
    (PingWebhook(webhook_id=7), "ping_webhook", '{"webhook_id": 7}'),
    (Purge(timestamp=1794000000), "purge", '{"timestamp": 1794000000}'),
    (ExpireHolds(timestamp=1794000000), "expire_holds", '{"timestamp": 1794000000}'),
    (FetchRates(timestamp=1794000000), "fetch_rates", '{"timestamp": 1794000000}'),
]


def put(connection: Connection, name: str, arguments: str) -> None:
    connection.execute("SELECT enqueue_job(%s, %s::jsonb)", [name, arguments])
    connection.commit()


def test_every_job_has_its_row() -> None:
    assert {type(job) for job, _, _ in ROWS} == set(JOBS)
    assert len({job_class.name for job_class in JOBS}) == len(JOBS)


@pytest.mark.parametrize(("job", "name", "arguments"), ROWS)
async def test_rows_are_as_they_were(
    pool: Pool, connection: Connection, job: AnyJob, name: str, arguments: str
) -> None:
    await Transactions(pool, 0).run(enqueue, job)
    rows = connection.execute("SELECT task_name, args::text FROM procrastinate.procrastinate_jobs")
    assert rows.fetchall() == [(name, arguments)]


async def test_rows_of_the_previous_release_are_done(
    job_runner: JobRunner, make: Make, connection: Connection
) -> None:
    await make.user("alice")
    connection.execute(
        "INSERT INTO password_resets (username, email, code_hash, expires_at)"
        " VALUES ('alice', 'x', %s, now() - interval '2 days')",
        [sha256(b"old").digest()],
    )
    for _, name, arguments in ROWS:
        put(connection, name, arguments)
    sent = await job_runner.deliver()
    assert sorted(str(message["Subject"]) for message in sent) == [
        "Set a new password",
        "Set a new password",
        "Verify your e-mail address",
        "Your e-mail address was changed",
    ]
    assert sum(CODE in text_of(message) for message in sent) == 2
    [(expired_count,)] = connection.execute(
        "SELECT count(*) FROM password_resets WHERE expires_at < now()"
    ).fetchall()
    connection.commit()
    assert expired_count == 0
    assert await job_runner.jobs() == []


UNREADABLE: Final = [
    pytest.param("fly", "{}", "this release has no such job", id="unknown job"),
    pytest.param("start_password_reset", "{}", "email: Field required", id="missing field"),
    pytest.param(
        "start_password_reset",
        '{"email": "alice@example.com", "language": "pl"}',
        "language: Unexpected keyword argument",
        id="unknown field",
    ),
    pytest.param("purge", '{"timestamp": "7"}', "timestamp: Input should", id="wrong type"),
    pytest.param(
        "send_mail",
        '{"to": "alice@example.com", "kind": "birthday", "full_name": "Alice"}',
        "kind: Input should be 'verify_email', 'email_changed', 'reset_password' or",
        id="unknown kind",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "problem"), UNREADABLE)
async def test_an_unreadable_row_is_shown_to_the_operator(
    database_url: str,
    job_runner: JobRunner,
    connection: Connection,
    name: str,
    arguments: str,
    problem: str,
) -> None:
    """It is retried as often as any other: in a rolling update a newer worker can read it."""
    put(connection, name, arguments)
    connection.execute("UPDATE procrastinate.procrastinate_jobs SET attempts = 9")
    connection.commit()
    assert await job_runner.deliver() == []
    [failed] = await failed_jobs(database_url)
    assert failed.name == name
    assert failed.problem is not None
    assert failed.problem.startswith(problem)
    assert "alice" not in failed.problem


async def test_a_readable_row_shows_no_problem(
    database_url: str, job_runner: JobRunner, connection: Connection
) -> None:
    job_runner.mailbox.answer = lambda _: "550 never"
    put(connection, "send_mail", ROWS[2][2])
    await job_runner.deliver()
    [failed] = await failed_jobs(database_url)
    assert failed.problem is None


def test_a_new_field_with_a_default_may_be_missing() -> None:
    """So the previous release's rows are read by the next one."""
    job = read("send_mail", {"kind": "email_changed", "to": "a@example.com", "full_name": "A"})
    assert job == SendMail(kind=MailKind.EMAIL_CHANGED, to="a@example.com", full_name="A")
    with pytest.raises(UnreadableJob, match="to: Field required"):
        read("send_mail", {"kind": "email_changed", "full_name": "A"})
