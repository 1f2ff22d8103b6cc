"""Jobs are done after the commit, retried after a failure, and kept when they fail for good."""

import asyncio
from typing import Any

import psycopg
import pytest

from bankapp import tuning
from bankapp.domain import errors, limits
from bankapp.domain.jobs import SendMail, StartPasswordReset
from bankapp.domain.users import NewUser
from bankapp.jobs.failed_jobs import UnknownJobError, failed_jobs, requeue_jobs
from bankapp.jobs.loop import work
from bankapp.jobs.queue import list_failed_jobs, rescue_stalled_jobs
from bankapp.operations.bank import Bank
from bankapp.store.engine.jobs import enqueue
from bankapp.store.engine.transaction import Pool, Transactions
from gen.queries import AsyncQueries
from tests.factories import HASHED_PASSWORD
from tests.job_runner import JobRunner, job_runner_of
from tests.mail_server import Mailbox, broken_server

Connection = psycopg.Connection[tuple[Any, ...]]
JOBS = "procrastinate.procrastinate_jobs"


async def sign_up(bank: Bank, username: str = "alice") -> None:
    user = NewUser(
        username=username,
        hashed_password=HASHED_PASSWORD,
        full_name=username,
        email=f"{username}@example.com",
    )
    await bank.store.users.register(user, bank.codes.create())


def change_jobs(connection: Connection, assignment: str) -> None:
    connection.execute(f"UPDATE {JOBS} SET {assignment}".encode())
    connection.commit()


async def test_a_job_of_a_rolled_back_transaction_is_never_done(
    pool: Pool, job_runner: JobRunner, connection: Connection
) -> None:
    async def enqueue_and_fail(q: AsyncQueries) -> None:
        await enqueue(q, StartPasswordReset(email="alice@example.com"))
        raise errors.NotFound

    with pytest.raises(errors.NotFound):
        await Transactions(pool, 0).run(enqueue_and_fail)
    assert await job_runner.jobs() == []


async def test_a_job_that_is_done_leaves_the_queue(bank: Bank, job_runner: JobRunner) -> None:
    await sign_up(bank)
    assert await job_runner.jobs() == [(SendMail.name, "todo", 0)]
    assert len(await job_runner.deliver()) == 1
    assert await job_runner.jobs() == []


@pytest.mark.exact_time
async def test_a_failed_job_is_retried_with_growing_delays(
    bank: Bank, job_runner: JobRunner, connection: Connection
) -> None:
    job_runner.mailbox.answer = lambda count: "451 later" if count <= 3 else "250 OK"
    await sign_up(bank)
    for attempt in (1, 2, 3):
        assert await job_runner.deliver() == []
        assert await job_runner.jobs() == [(SendMail.name, "todo", attempt)]
        [(delay_s,)] = connection.execute(
            f"SELECT extract(epoch FROM scheduled_at - now())::float FROM {JOBS}".encode()
        ).fetchall()
        assert 2**attempt - 1.5 < delay_s <= 2**attempt
        change_jobs(connection, "scheduled_at = NULL")
    assert len(await job_runner.deliver()) == 1


@pytest.mark.parametrize(("attempts", "status"), [(8, "todo"), (9, "failed")])
async def test_a_job_fails_for_good_at_the_tenth_failure(
    bank: Bank, job_runner: JobRunner, connection: Connection, attempts: int, status: str
) -> None:
    assert limits.JOB_ATTEMPT_COUNT_MAX == 10
    job_runner.mailbox.answer = lambda _: "451 later"
    await sign_up(bank)
    change_jobs(connection, f"attempts = {attempts}")
    await job_runner.deliver()
    assert await job_runner.jobs() == [(SendMail.name, status, attempts + 1)]


@pytest.mark.exact_time
async def test_a_job_that_gives_up_waits_for_an_operator(
    bank: Bank, job_runner: JobRunner, database_url: str
) -> None:
    job_runner.mailbox.answer = lambda _: "550 no such user"
    for username in ("alice", "bob"):
        await sign_up(bank, username)
    await job_runner.deliver()
    failed = await failed_jobs(database_url)
    assert [(job.name, job.attempt_count) for job in failed] == [(SendMail.name, 1)] * 2
    with pytest.raises(UnknownJobError):
        await requeue_jobs(database_url, [str(failed[0].id), "999999"])
    assert await failed_jobs(database_url) == failed
    job_runner.mailbox.answer = lambda _: "250 OK"
    assert await requeue_jobs(database_url, [str(failed[0].id)]) == 1
    change = await list_failed_jobs(job_runner.queue)
    assert change == failed[1:]
    assert await requeue_jobs(database_url, ["all"]) == 1
    await job_runner.queue.run_worker_async(wait=False, install_signal_handlers=False)
    assert {message["To"] for message in job_runner.mailbox.messages} == {
        "alice@example.com",
        "bob@example.com",
    }


async def test_jobs_of_a_dead_worker_return_to_the_queue(
    bank: Bank, job_runner: JobRunner, connection: Connection
) -> None:
    await sign_up(bank)
    worker_id = await job_runner.queue.job_manager.register_worker()
    await job_runner.queue.job_manager.fetch_job(queues=None, worker_id=worker_id)
    assert await job_runner.jobs() == [(SendMail.name, "doing", 0)]
    for seconds, rescued in ((tuning.JOB_STALLED_AFTER_S - 5, 0), (6, 1)):
        connection.execute(
            "UPDATE procrastinate.procrastinate_workers"
            " SET last_heartbeat = last_heartbeat - make_interval(secs => %s)",
            [seconds],
        )
        connection.commit()
        assert await rescue_stalled_jobs(job_runner.queue) == rescued
    assert await job_runner.jobs() == [(SendMail.name, "todo", 1)]
    change_jobs(connection, "scheduled_at = NULL")
    assert len(await job_runner.deliver()) == 1


async def test_a_worker_that_stops_finishes_its_jobs(bank: Bank, job_runner: JobRunner) -> None:
    stop = asyncio.Event()

    def stop_and_take(_: int) -> str:
        stop.set()
        return "250 OK"

    job_runner.mailbox.answer = stop_and_take
    await sign_up(bank)
    async with asyncio.timeout(10):
        await work(job_runner.queue, stop)
    assert len(job_runner.mailbox.messages) == 1
    assert await job_runner.jobs() == []


async def test_a_worker_that_stops_returns_a_job_that_does_not_end(
    bank: Bank, database_url: str, connection: Connection
) -> None:
    stop = asyncio.Event()

    async def stop_when_busy() -> None:
        while True:
            rows = connection.execute(f"SELECT FROM {JOBS} WHERE status = 'doing'".encode())
            connection.commit()
            if rows.rowcount:
                return stop.set()
            await asyncio.sleep(0.01)

    await sign_up(bank)
    async with (
        broken_server(None) as url,
        job_runner_of(database_url, bank, Mailbox(url), timeout_s=60) as job_runner,
        asyncio.timeout(10),
    ):
        await asyncio.gather(work(job_runner.queue, stop), stop_when_busy())
        assert await job_runner.jobs() == [(SendMail.name, "todo", 1)]


async def test_a_worker_outlives_its_connections(
    bank: Bank, job_runner: JobRunner, connection: Connection
) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(work(job_runner.queue, stop))
    await sign_up(bank)
    await job_runner.mailbox.wait_for(1)
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'bankapp worker'"
    )
    connection.commit()
    await sign_up(bank, "bob")
    await job_runner.mailbox.wait_for(2)
    stop.set()
    async with asyncio.timeout(10):
        await working
