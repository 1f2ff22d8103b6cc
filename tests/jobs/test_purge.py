"""The purge deletes rows that nobody needs any more, and no others."""

import asyncio
from datetime import timedelta
from typing import Any, Final, LiteralString

import psycopg
import pytest

from bankapp import tuning
from bankapp.jobs.context import JobContext
from bankapp.jobs.loop import work
from bankapp.jobs.purge import purge
from bankapp.jobs.queue import delete_old_jobs
from bankapp.mail.mailer import SmtpMailer
from bankapp.operations.bank import Bank
from tests.clock import Clock
from tests.factories import Make
from tests.job_runner import MAIL_SETTINGS, JobRunner
from tests.mail_server import Mailbox

Connection = psycopg.Connection[tuple[Any, ...]]
QUEUE: Final = "procrastinate.procrastinate"

AGED: list[tuple[LiteralString, LiteralString]] = [
    (
        "sessions",
        (
            "INSERT INTO sessions (username, user_agent, created_at, expires_at)"
            " SELECT 'alice', '', now() - interval '31 days', now() - %s::interval"
            " FROM generate_series(1, %s)"
        ),
    ),
    (
        "email_verifications",
        (
            "INSERT INTO email_verifications (username, email, code_hash, expires_at)"
            " SELECT 'alice', 'x', sha256('x'), now() - %s::interval FROM generate_series(1, %s)"
        ),
    ),
    (
        "password_resets",
        (
            "INSERT INTO password_resets (username, email, code_hash, expires_at)"
            " SELECT 'alice', 'x', sha256(int4send(n)), now() - %s::interval"
            " FROM generate_series(1, %s) AS n"
        ),
    ),
    (
        "rate_limits",
        (
            "INSERT INTO rate_limits (key, free_at)"
            " SELECT n::text, now() - %s::interval FROM generate_series(1, %s) AS n"
        ),
    ),
    (
        "idempotency_keys",
        (
            "INSERT INTO idempotency_keys (created_at, scope, key, request_hash, request_id)"
            " SELECT now() - %s::interval, 'alice', n::text, sha256('x'), ''"
            " FROM generate_series(1, %s) AS n"
        ),
    ),
    (
        "webhook_deliveries",
        (
            "WITH made AS (INSERT INTO webhook_endpoints (owner, url, sealed_secret, position)"
            " VALUES ('alice', 'https://a.example.org', 'x', 0) RETURNING id)"
            " INSERT INTO webhook_deliveries (endpoint_id, position, try_count, failed_at)"
            " SELECT id, n, 1, now() - %s::interval FROM made, generate_series(1, %s) AS n"
        ),
    ),
]
KEPT_FOR = {
    "sessions": "30 days",
    "email_verifications": "1 day",
    "password_resets": "1 day",
    "rate_limits": "0 seconds",
    "idempotency_keys": "24 hours",
    "webhook_deliveries": "30 days",
}


@pytest.fixture
def context(bank: Bank, mailbox: Mailbox) -> JobContext:
    return JobContext(bank, SmtpMailer(mailbox.url), MAIL_SETTINGS)


@pytest.mark.parametrize(("table", "insert"), AGED, ids=KEPT_FOR)
@pytest.mark.parametrize(("shift", "left"), [("-1 minute", 7), ("+1 minute", 0)])
async def test_purge_deletes_only_rows_that_are_old_enough(
    context: JobContext,
    make: Make,
    connection: Connection,
    table: LiteralString,
    insert: LiteralString,
    shift: str,
    left: int,
) -> None:
    await make.user("alice")
    [(age,)] = connection.execute(
        "SELECT (%s::interval + %s::interval)::text", [KEPT_FOR[table], shift]
    ).fetchall()
    connection.execute(insert, [age, 7])
    connection.commit()
    await purge(context)
    assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (left,)


async def test_purge_deletes_many_rows_in_batches(
    context: JobContext, make: Make, connection: Connection
) -> None:
    await make.user("alice")
    connection.execute(AGED[1][1], ["2 days", 2 * tuning.PURGE_BATCH_SIZE + 1])
    connection.commit()
    await purge(context)
    assert connection.execute("SELECT count(*) FROM email_verifications").fetchone() == (0,)


async def test_purge_is_on_the_schedule_of_the_worker(
    job_runner: JobRunner, make: Make, connection: Connection
) -> None:
    """A worker that starts does the purge that was due last."""
    await make.user("alice")
    connection.execute(AGED[1][1], ["2 days", 1])
    connection.commit()
    stop = asyncio.Event()
    working = asyncio.create_task(work(job_runner.queue, stop))
    async with asyncio.timeout(20):
        while connection.execute("SELECT FROM email_verifications").rowcount:
            connection.commit()
            await asyncio.sleep(0.05)
        stop.set()
        await working


@pytest.mark.parametrize(("table", "insert"), AGED, ids=KEPT_FOR)
async def test_a_clock_that_runs_ahead_purges_nothing(
    context: JobContext,
    make: Make,
    connection: Connection,
    clock: Clock,
    table: LiteralString,
    insert: LiteralString,
) -> None:
    """What it deleted would be missed once it is right: keys above all."""
    await make.user("alice")
    connection.execute(insert, ["1 day" if table == "sessions" else "-1 minute", 7])
    connection.commit()
    clock.set(timedelta(days=365))
    await purge(context)
    assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (7,)


def fail_a_job(connection: Connection, age: str) -> None:
    """Put a job into the queue that failed long ago."""
    connection.execute("SELECT enqueue_job('send_mail', '{}')")
    connection.execute("SET search_path = procrastinate")  # of the triggers
    for status in ("doing", "failed"):
        connection.execute("UPDATE procrastinate_jobs SET status = %s", [status])
    connection.execute("UPDATE procrastinate_events SET at = now() - %s::interval", [age])
    connection.execute("SET search_path = public")
    connection.commit()


@pytest.mark.parametrize(("age", "is_kept"), [("719 hours", True), ("721 hours", False)])
async def test_failed_jobs_are_deleted_after_a_month(
    job_runner: JobRunner, connection: Connection, age: str, *, is_kept: bool
) -> None:
    """With their events. A job that waits stays, however old it is."""
    fail_a_job(connection, age)
    connection.execute("SELECT enqueue_job('send_mail', '{}')")
    connection.execute(f"UPDATE {QUEUE}_events SET at = now() - %s::interval".encode(), [age])
    connection.commit()
    await delete_old_jobs(job_runner.queue)
    rows = connection.execute(f"SELECT status::text FROM {QUEUE}_jobs ORDER BY id").fetchall()
    assert rows == ([("failed",), ("todo",)] if is_kept else [("todo",)])
    events = connection.execute(f"SELECT FROM {QUEUE}_events WHERE type <> 'deferred'")
    assert (events.rowcount > 0) is is_kept


async def test_a_clock_that_runs_ahead_deletes_no_failed_jobs(
    job_runner: JobRunner, connection: Connection, clock: Clock
) -> None:
    fail_a_job(connection, "1 hour")
    clock.set(timedelta(days=365))
    await delete_old_jobs(job_runner.queue)
    assert connection.execute(f"SELECT FROM {QUEUE}_jobs WHERE status = 'failed'").rowcount == 1


async def test_worker_deletes_failed_jobs(job_runner: JobRunner, connection: Connection) -> None:
    fail_a_job(connection, "31 days")
    stop = asyncio.Event()
    working = asyncio.create_task(work(job_runner.queue, stop))
    async with asyncio.timeout(20):
        while connection.execute(f"SELECT FROM {QUEUE}_jobs WHERE status = 'failed'").rowcount:
            connection.commit()
            await asyncio.sleep(0.05)
        stop.set()
        await working
