"""The clock of the database steps: jobs are late by the step, or done twice, and never lost."""

import asyncio
from datetime import timedelta
from typing import Any

import psycopg

from bankapp import tuning
from bankapp.domain.jobs import StartPasswordReset
from bankapp.jobs.loop import work
from bankapp.operations.bank import Bank
from bankapp.store.engine.jobs import enqueue
from bankapp.store.engine.transaction import Pool, Transactions
from tests.clock import Clock
from tests.factories import Make
from tests.job_runner import JobRunner

Connection = psycopg.Connection[tuple[Any, ...]]


async def test_a_retry_is_late_by_the_step_and_no_more(
    bank: Bank, make: Make, job_runner: JobRunner, clock: Clock, connection: Connection
) -> None:
    await make.user("alice")
    job_runner.mailbox.answer = lambda _: "451 later"
    await bank.store.password_resets.start("alice@example.com", bank.codes.create())
    assert await job_runner.deliver() == []
    clock.set(timedelta(minutes=-1))
    [(wait,)] = connection.execute(
        "SELECT scheduled_at - now() FROM procrastinate.procrastinate_jobs"
    ).fetchall()
    connection.commit()
    assert timedelta(minutes=1) - timedelta(seconds=5) < wait < timedelta(minutes=1, seconds=5)
    job_runner.mailbox.answer = lambda _: "250 OK"
    clock.set(timedelta(minutes=1))
    await job_runner.queue.run_worker_async(wait=False, install_signal_handlers=False)
    assert len(job_runner.mailbox.messages) == 1


async def test_a_retry_is_not_early_by_a_clock_ahead(
    bank: Bank, make: Make, job_runner: JobRunner, clock: Clock
) -> None:
    """Else all ten attempts would be used up within a second."""
    await make.user("alice")
    attempted_at_s: list[float] = []

    def refuse_once(count: int) -> str:
        attempted_at_s.append(asyncio.get_running_loop().time())
        return "451 later" if count == 1 else "250 OK"

    job_runner.mailbox.answer = refuse_once
    clock.set(timedelta(days=365))
    await bank.store.password_resets.start("alice@example.com", bank.codes.create())
    assert len(await job_runner.deliver()) == 1
    first_s, second_s = attempted_at_s
    assert second_s - first_s > 1.5


async def test_a_worker_taken_for_dead_goes_on(
    make: Make, pool: Pool, job_runner: JobRunner, clock: Clock, connection: Connection
) -> None:
    """Goal: the row of a live worker is deleted, and its next jobs are done all the same.

    Method: a worker runs; the clock runs ahead, and another one that starts prunes the first.
    """
    await make.user("alice")
    stop = asyncio.Event()
    working = asyncio.create_task(work(job_runner.queue, stop))
    start = StartPasswordReset(email="alice@example.com")
    async with asyncio.timeout(60):
        await Transactions(pool, 0).run(enqueue, start)
        await job_runner.mailbox.wait_for(1)
        clock.set(timedelta(hours=1))
        pruned = await job_runner.queue.job_manager.prune_stalled_workers(
            tuning.JOB_STALLED_AFTER_S
        )
        assert len(list(pruned)) == 1
        clock.set()
        await Transactions(pool, 0).run(enqueue, start)
        await job_runner.mailbox.wait_for(2)
        stop.set()
        await working
