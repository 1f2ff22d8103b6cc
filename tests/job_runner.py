"""Runs the jobs of a database when told to, and shows the mail that they sent."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import procrastinate

from bankapp.domain.jobs import JOBS, PeriodicJob
from bankapp.jobs.context import JobContext
from bankapp.jobs.queue import open_queue
from bankapp.jobs.tasks import add_jobs
from bankapp.mail.mailer import SmtpMailer
from bankapp.mail.messages import MailSettings
from bankapp.operations.bank import Bank
from tests.mail_server import Mailbox, text_of

PERIODIC = {job.name for job in JOBS if issubclass(job, PeriodicJob)}
MAIL_SETTINGS = MailSettings("bank@example.org", "https://bank.example.org")
LINK = re.compile(
    r"https://bank\.example\.org/v1/verify_email\?email_id=(\d+)&secret_code=([\w-]+)"
)


class JobRunner:
    """A worker that runs when it is told to."""

    def __init__(self, queue: procrastinate.App, mailbox: Mailbox) -> None:
        self.queue = queue
        self.mailbox = mailbox

    async def deliver(self) -> list[EmailMessage]:
        """Do all jobs that are due; returns the messages that they sent."""
        known = len(self.mailbox.messages)
        while await self._has_due_jobs():
            await self.queue.run_worker_async(
                wait=False, install_signal_handlers=False, delete_jobs="successful"
            )
        return self.mailbox.messages[known:]

    async def _has_due_jobs(self) -> bool:
        jobs = await self.queue.job_manager.list_jobs_async(status="todo")
        return any(job.scheduled_at is None for job in jobs)

    async def jobs(self) -> list[tuple[str, str | None, int]]:
        """Name, status and failed attempts of each job in the queue, without periodic jobs."""
        jobs = await self.queue.job_manager.list_jobs_async()
        return [
            (job.task_name, job.status, job.attempts)
            for job in jobs
            if job.task_name not in PERIODIC
        ]


@asynccontextmanager
async def job_runner_of(
    database_url: str, bank: Bank, mailbox: Mailbox, timeout_s: float = 5
) -> AsyncGenerator[JobRunner]:
    """A worker of this database whose mail goes to the mailbox."""
    queue = open_queue(database_url)
    add_jobs(queue, JobContext(bank, SmtpMailer(mailbox.url, timeout_s), MAIL_SETTINGS))
    async with queue.open_async():
        yield JobRunner(queue, mailbox)


def code_of(message: EmailMessage) -> tuple[int, str]:
    """The two parts of the link to verify an address."""
    found = LINK.search(text_of(message))
    assert found is not None
    return int(found[1]), found[2]
