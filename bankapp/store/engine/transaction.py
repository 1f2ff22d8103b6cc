"""Transactions: begin, commit, bounded retry, and errors translated to refusals."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Concatenate, Final, ParamSpec, TypeAlias, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from bankapp import tuning
from bankapp.domain import errors
from bankapp.domain.idempotency import RequestKey
from bankapp.store.engine import idempotency, sqlstate
from bankapp.store.engine.idempotency import Answer
from bankapp.store.engine.session import APPLICATION_ROLE, session_check, session_options
from bankapp.telemetry import metrics
from gen.queries import AsyncQueries

Pool: TypeAlias = AsyncConnectionPool[AsyncConnection[Any]]
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Queries: TypeAlias = Callable[[AsyncConnection[Any]], AsyncQueries]
Step: TypeAlias = Callable[Concatenate[AsyncQueries, Arguments], Awaitable[Result]]

# How a server is given up whose machine or network has gone, and which therefore resets nothing.
# The system's own defaults are minutes and hours.
_VANISHED_SERVER: Final = {
    "tcp_user_timeout": tuning.STATEMENT_TIMEOUT_S * 1000,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
SESSION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "role": APPLICATION_ROLE,
        "statement_timeout": f"{tuning.STATEMENT_TIMEOUT_S}s",
        "lock_timeout": f"{tuning.LOCK_TIMEOUT_S}s",
        "idle_in_transaction_session_timeout": f"{tuning.STATEMENT_TIMEOUT_S}s",
        "timezone": "UTC",
        # Otherwise a plan made for an empty table is kept while the table grows.
        "enable_seqscan": "off",
        "jit": "off",
    }
)


def create_pool(url: str) -> Pool:
    """A pool, not yet open, of connections with the application's role and with timeouts."""
    return AsyncConnectionPool(
        url,
        connection_class=AsyncConnection[Any],
        kwargs={
            "autocommit": True,
            "connect_timeout": int(tuning.CONNECTION_TIMEOUT_S),
            **_VANISHED_SERVER,
            "application_name": "bankapp",
            "options": session_options(url, SESSION),
        },
        configure=session_check(SESSION),
        min_size=tuning.CONNECTION_COUNT_MIN,
        max_size=tuning.CONNECTION_COUNT_MAX,
        timeout=tuning.CONNECTION_TIMEOUT_S,
        reconnect_timeout=tuning.RECONNECTION_TIMEOUT_S,
        open=False,
    )


class Transactions:
    """Runs steps, each call in one transaction.

    A step takes the transaction's queries first. It may run twice, so it touches nothing but the
    database. With `retry_count_max=0` nothing is retried, so that race tests see deadlocks.
    """

    def __init__(self, pool: Pool, retry_count_max: int, queries: Queries = AsyncQueries) -> None:
        self._pool = pool
        self._retry_count_max = retry_count_max
        self._queries = queries
        self._pool_check: asyncio.Task[None] | None = None
        self._replacement: asyncio.Task[None] | None = None
        self._next_replacement_at_s = 0.0

    async def run(
        self,
        step: Step[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Run `step` between BEGIN and COMMIT.

        Raises Unavailable when the database cannot be reached, and the refusals of broken
        constraints.
        """

        async def transact(connection: AsyncConnection[Any]) -> Result:
            async with connection.transaction():
                return await step(self._queries(connection), *args, **kwargs)

        return await self._with_connection(transact)

    async def run_statement(
        self,
        step: Step[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Run a `step` of a single statement, which is a transaction by itself: one round trip.

        Raises as `run` does.
        """
        return await self._with_connection(
            lambda connection: step(self._queries(connection), *args, **kwargs)
        )

    async def try_statement(
        self,
        step: Step[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Run a `step` of a single statement, without a retry after a lock timeout.

        Raises as `run` does.
        """
        return await self._with_connection(
            lambda connection: step(self._queries(connection), *args, **kwargs), is_patient=False
        )

    async def run_once(
        self,
        key: RequestKey | None,
        step: Callable[[AsyncQueries], Awaitable[str]],
    ) -> Answer[str]:
        """Run `step` between BEGIN and COMMIT, unless it has been run under the key before.

        The result is what is answered, as text. If the step has been run, the answer is the one
        given then, by whatever release. Refusals are kept as answers, too. Raises as `run` does,
        and IdempotencyKeyReused.
        """
        if key is None:
            return Answer(await self.run(step))

        async def transact(connection: AsyncConnection[Any]) -> Answer[str] | errors.Refusal:
            async with connection.transaction():
                q = self._queries(connection)
                known = await idempotency.find_answer(q, key)
                if known is not None:
                    return known
                try:
                    async with connection.transaction():  # a refused step leaves nothing
                        result = await step(q)
                except (psycopg.Error, errors.Refusal) as error:
                    refusal = _refusal(error)
                    if refusal is None or not idempotency.is_kept(refusal):
                        raise
                    await idempotency.remember(q, key, refusal=refusal)
                    return refusal
                await idempotency.remember(q, key, response=result)
                return Answer(result)

        for _ in range(tuning.KEY_TRY_COUNT_MAX):
            with suppress(idempotency.KeyTaken):
                answer = await self._with_connection(transact)
                if isinstance(answer, errors.Refusal):
                    raise answer
                return answer
            metrics.RETRIES.labels("key_taken").inc()
        raise errors.Unavailable.undone()

    async def _with_connection(
        self,
        work: Callable[[AsyncConnection[Any]], Awaitable[Result]],
        *,
        is_patient: bool = True,
    ) -> Result:
        retry_count = 0
        while True:
            try:
                async with self._pool.connection() as connection:
                    return await work(connection)
            except psycopg.Error as error:  # the errors of the pool are among them
                conflict = sqlstate.conflict(error, is_patient=is_patient)
                if conflict is not None and retry_count < self._retry_count_max:
                    retry_count += 1
                    metrics.RETRIES.labels(conflict).inc()
                    # Jitter, so that the same two do not collide again.
                    await asyncio.sleep(random.uniform(0, 0.01 * 2**retry_count))
                    continue
                refusal = sqlstate.refusal_for(error)
                if sqlstate.is_read_only(error):
                    self._replace_connections()
                elif isinstance(refusal, errors.Unavailable):
                    self._discard_broken_connections()
                if refusal is None:
                    raise
                raise refusal from error

    def _discard_broken_connections(self) -> None:
        """Have the pool test its connections: after a restart of the server all are broken."""
        if self._pool_check is None or self._pool_check.done():
            self._pool_check = asyncio.create_task(self._pool.check())

    def _replace_connections(self) -> None:
        """Have the pool connect anew: after a failover the same address leads to another server.

        At intervals, because others read meanwhile, and the database may stay read-only for long.
        """
        now_s = time.monotonic()
        if now_s >= self._next_replacement_at_s:
            self._next_replacement_at_s = now_s + tuning.REPLACEMENT_INTERVAL_S
            self._replacement = asyncio.create_task(self._pool.drain())


def _refusal(error: psycopg.Error | errors.Refusal) -> errors.Refusal | None:
    return error if isinstance(error, errors.Refusal) else sqlstate.refusal_for(error)
