"""Background jobs in a server process, or in a process of their own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
import uvloop

from bankapp.egress.interface import Egress
from bankapp.jobs.context import JobContext
from bankapp.jobs.loop import work
from bankapp.jobs.queue import open_queue
from bankapp.jobs.tasks import add_jobs
from bankapp.mail.mailer import FileMailer, Mailer, SmtpMailer
from bankapp.mail.messages import MailSettings
from bankapp.operations.bank import Bank
from bankapp.operations.exchange import RequestSpans
from bankapp.postgres.database import Database
from bankapp.processes.bank import opened
from bankapp.processes.commands import taking_commands
from bankapp.processes.egress import create_rate_source, opened_egress
from bankapp.processes.observation import observing, serving_metrics
from bankapp.processes.publisher import publishing
from bankapp.processes.stop import stopping_by_signals, stopping_with_database
from bankapp.settings import Settings
from bankapp.webhooks.dispatcher import dispatching
from bankapp.webhooks.sender import Sender

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


def run_jobs(settings: Settings, database: Database) -> None:
    """Do background jobs until SIGINT or SIGTERM.

    Raises StartError when an address is not available, the database does not answer, or the
    embedded server ends.
    """
    uvloop.run(_run(settings, database))


async def _run(settings: Settings, database: Database) -> None:
    stop = stopping_by_signals()
    async with (
        observing(settings) as observation,
        stopping_with_database(database, stop),
        opened(settings, database, observation) as bank,
        serving_metrics(settings, bank),
        working(settings, database, bank, stop.requested, observation.spans),
    ):
        _log.info("working")
        await stop.requested.wait()
        _log.info("stopping")


@asynccontextmanager
async def working(
    settings: Settings,
    database: Database,
    bank: Bank,
    stop: asyncio.Event,
    spans: RequestSpans | None,
) -> AsyncGenerator[None]:
    """Do all that is not asked for over HTTP while the block runs; then finish what runs.

    That is background jobs, webhooks, and with Kafka publishing and commands.
    """
    queue = open_queue(database.url)
    async with (
        opened_egress(settings, settings.rates_networks) as to_rates,
        opened_egress(settings, settings.webhook_networks) as to_webhooks,
        queue.open_async(),
        AsyncExitStack() as stack,
    ):
        sender = Sender(to_webhooks, bank.webhook_secrets) if settings.webhooks else None
        add_jobs(queue, _create_job_context(settings, bank, to_rates, sender))
        if sender is not None:
            webhooks = dispatching(bank.store, sender, bank.webhook_secrets)
            await stack.enter_async_context(webhooks)
        await stack.enter_async_context(publishing(settings, bank, stop))
        await stack.enter_async_context(taking_commands(settings, bank, stop, spans))
        worker = asyncio.create_task(work(queue, stop))
        try:
            yield
        finally:
            stop.set()
            await worker


def _create_job_context(
    settings: Settings, bank: Bank, egress: Egress, sender: Sender | None
) -> JobContext:
    url = settings.public_url or f"http://{settings.http_address}"
    return JobContext(
        bank,
        _create_mailer(settings),
        MailSettings(settings.mail_from, url),
        create_rate_source(settings, egress),
        sender,
    )


def _create_mailer(settings: Settings) -> Mailer:
    if settings.smtp_url is not None:
        return SmtpMailer(settings.smtp_url.get_secret_value())
    directory = settings.data_dir / "mail"
    _log.info("mail goes into files", directory=str(directory))
    return FileMailer(directory)
