"""The whole store: everything that the bank does with its database."""

import asyncio
import math
import time
from datetime import datetime

from bankapp import tuning
from bankapp.domain import errors
from bankapp.store.engine import pool_metrics
from bankapp.store.engine.transaction import Pool, Queries, Transactions
from bankapp.store.events.consumers import Consumers
from bankapp.store.events.deliveries import Deliveries
from bankapp.store.events.feed import Feed
from bankapp.store.events.webhooks import Webhooks
from bankapp.store.identity.email_verifications import EmailVerifications
from bankapp.store.identity.password_resets import PasswordResets
from bankapp.store.identity.rate_limits import RateLimits
from bankapp.store.identity.sessions import Sessions
from bankapp.store.identity.users import Users
from bankapp.store.ledger.accounts import Accounts
from bankapp.store.ledger.entries import Entries
from bankapp.store.ledger.exchange_rates import ExchangeRates
from bankapp.store.ledger.postings import Postings
from bankapp.store.ledger.statements import Statements
from bankapp.store.ledger.transfers import Transfers
from bankapp.store.purge import Purge
from bankapp.telemetry import metrics
from gen.queries import AsyncQueries
from gen.reads import AsyncReads


class Store:
    """The transactions by noun, like `store.accounts.freeze(…)`: one call is one transaction.

    Queries that only read are called as they are, like `store.read.holds.get_hold(…)`. Each call
    raises Unavailable when the database cannot be reached.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        retry_count_max: int = tuning.TRANSACTION_RETRY_COUNT_MAX,
        queries: Queries = AsyncQueries,
    ) -> None:
        transactions = Transactions(pool, retry_count_max, queries)
        # The one place that decides on which server reads run.
        self.read = AsyncReads(transactions.run_statement)
        self.users = Users(transactions)
        self.email_verifications = EmailVerifications(transactions)
        self.password_resets = PasswordResets(transactions)
        self.sessions = Sessions(transactions)
        self.rate_limits = RateLimits(transactions)
        self.accounts = Accounts(transactions)
        self.entries = Entries(transactions)
        self.transfers = Transfers(transactions)
        self.statements = Statements(transactions)
        self.postings = Postings(transactions, self.sessions.forget)
        self.feed = Feed(transactions)
        self.consumers = Consumers(transactions)
        self.exchange_rates = ExchangeRates(transactions)
        self.webhooks = Webhooks(transactions)
        self.deliveries = Deliveries(transactions)
        self._run_statement = transactions.run_statement
        self._pool = pool
        self._ping: asyncio.Task[list[int]] | None = None

    async def ping(self) -> None:
        """Check that the database answers and takes writes.

        One query at a time: a server that hangs would take a connection for each.
        """
        if self._ping is None or self._ping.done():
            self._ping = asyncio.create_task(self._run_statement(_ping))
        answered, _ = await asyncio.wait({self._ping}, timeout=tuning.CONNECTION_TIMEOUT_S)
        if not answered:
            raise errors.Unavailable
        self._ping.result()

    async def purge(self, step: Purge, moment: datetime) -> int:
        """Delete one batch of rows that are no longer needed; returns their number."""
        return await self._run_statement(step, moment)

    def measure_pool(self) -> None:
        """Update the metrics of the pool."""
        pool_metrics.note_pool(self._pool)

    async def measure(self) -> None:
        """Update the metrics of database, pool and queue."""
        self.measure_pool()
        try:
            await self.ping()
            asked_at_s = time.time()
            moment = await self.read.entries.get_time()
            metrics.CLOCK_OFFSET.set(moment.timestamp() - (asked_at_s + time.time()) / 2)
            jobs = await self.read.reports.count_jobs(job_count_max=tuning.COUNTED_JOB_COUNT_MAX)
            pool_metrics.note_jobs(jobs)
            horizon = await self.feed.settle()
            endpoints = await self.read.reports.count_webhook_endpoints_by_status(
                endpoint_count_max=tuning.COUNTED_JOB_COUNT_MAX
            )
            pool_metrics.note_webhooks(endpoints, horizon.settled_position)
            for consumer in await self.consumers.list_behind():
                metrics.CONSUMER_BEHIND.labels(consumer.kind).set(consumer.position_count)
            age_s = await self.read.exchange_rates.get_rates_age()
            metrics.RATES_AGE.set(math.nan if age_s is None else age_s)
        except errors.Unavailable:
            metrics.DATABASE_UP.set(0)
        else:
            metrics.DATABASE_UP.set(1)


async def _ping(q: AsyncQueries) -> list[int]:
    return await q.reports.ping()
