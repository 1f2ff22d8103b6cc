"""A code works when its mail arrives, however long the mail had to wait."""

from typing import LiteralString

import psycopg
import pytest

from bankapp.auth.codes import hash_code
from bankapp.domain.origin import THE_BANK
from bankapp.domain.users import NewUser
from bankapp.jobs.failed_jobs import requeue_jobs
from bankapp.operations.bank import Bank
from tests.factories import HASHED_PASSWORD
from tests.job_runner import JobRunner, code_of
from tests.mail_server import text_of

Connection = psycopg.Connection[tuple[object, ...]]
# What may have become of a code's row while the mail waited.
LATE: dict[str, LiteralString] = {
    "expired": "UPDATE {} SET expires_at = now() - interval '23 hours'",
    "deleted": "DELETE FROM {}",
}


@pytest.fixture
async def alice(bank: Bank) -> None:
    user = NewUser(
        username="alice",
        hashed_password=HASHED_PASSWORD,
        full_name="Alice",
        email="alice@example.com",
    )
    await bank.store.users.register(user)


async def works(bank: Bank, job_runner: JobRunner, table: str) -> bool:
    """Whether the code of the one mail that is delivered now works."""
    [message] = await job_runner.deliver()
    if table == "email_verifications":
        email_id, code = code_of(message)
        return await bank.store.email_verifications.complete(
            email_id, hash_code(code), origin=THE_BANK
        )
    link = next(line for line in text_of(message).splitlines() if "/password_resets/" in line)
    code = link.rpartition("token=")[2]
    return await bank.store.password_resets.complete(
        hash_code(code), HASHED_PASSWORD, origin=THE_BANK
    )


async def order(bank: Bank, table: str) -> None:
    """Have a code mailed."""
    if table == "email_verifications":
        await bank.store.email_verifications.resend("alice", bank.codes.create())
    else:
        await bank.store.password_resets.start("alice@example.com", bank.codes.create())


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("table", ["email_verifications", "password_resets"])
@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
async def test_a_code_mailed_late_works(
    bank: Bank, job_runner: JobRunner, connection: Connection, table: str, late: LiteralString
) -> None:
    await order(bank, table)
    connection.execute(late.replace("{}", table).encode())
    connection.commit()
    assert await works(bank, job_runner, table)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("table", ["email_verifications", "password_resets"])
async def test_requeueing_a_mail_mails_a_code_that_works(
    bank: Bank, job_runner: JobRunner, connection: Connection, database_url: str, table: str
) -> None:
    job_runner.mailbox.answer = lambda _: "550 not now"
    await order(bank, table)
    assert await job_runner.deliver() == []
    connection.execute(LATE["deleted"].replace("{}", table).encode())
    connection.commit()
    job_runner.mailbox.answer = lambda _: "250 OK"
    assert await requeue_jobs(database_url, ["all"]) == 1
    connection.execute("UPDATE procrastinate.procrastinate_jobs SET scheduled_at = NULL")
    connection.commit()
    assert await works(bank, job_runner, table)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("table", ["email_verifications", "password_resets"])
async def test_a_code_that_was_used_is_mailed_no_more(
    bank: Bank, job_runner: JobRunner, connection: Connection, table: str
) -> None:
    """As when the worker died right after the first mail had gone out."""
    await order(bank, table)
    connection.execute(f"UPDATE {table} SET used_at = now()".encode())
    connection.commit()
    assert await job_runner.deliver() == []
    assert await job_runner.jobs() == []


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("table", ["email_verifications", "password_resets"])
async def test_a_code_for_an_address_of_nobody_is_not_mailed(
    bank: Bank, job_runner: JobRunner, connection: Connection, table: str
) -> None:
    await order(bank, table)
    connection.execute("UPDATE users SET email = 'other@example.com'")
    connection.commit()
    assert await job_runner.deliver() == []
