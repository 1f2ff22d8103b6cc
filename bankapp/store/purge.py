"""Steps that delete rows that are no longer needed, a small batch each.

A row is old when the clock of the database and `moment`, the time of the process, both say so,
because deleted rows would be missed once a clock that ran ahead is right again.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeAlias

from bankapp import tuning
from gen.queries import AsyncQueries

# Deletes one batch; returns the number of rows.
Purge: TypeAlias = Callable[[AsyncQueries, datetime], Awaitable[int]]


async def sessions(q: AsyncQueries, moment: datetime) -> int:
    """Sessions that ended a month ago."""
    return await q.sessions.delete_old_sessions(
        moment=moment, row_count_max=tuning.PURGE_BATCH_SIZE
    )


async def email_verifications(q: AsyncQueries, moment: datetime) -> int:
    """Codes for addresses that expired a day ago."""
    return await q.email_verifications.delete_expired_email_verifications(
        moment=moment, row_count_max=tuning.PURGE_BATCH_SIZE
    )


async def password_resets(q: AsyncQueries, moment: datetime) -> int:
    """Codes for passwords that expired a day ago."""
    return await q.password_resets.delete_expired_password_resets(
        moment=moment, row_count_max=tuning.PURGE_BATCH_SIZE
    )


async def rate_limits(q: AsyncQueries, moment: datetime) -> int:
    """Rate limits whose attempts no longer count."""
    return await q.rate_limits.delete_free_rate_limits(
        moment=moment, row_count_max=tuning.PURGE_BATCH_SIZE
    )


async def idempotency_keys(q: AsyncQueries, moment: datetime) -> int:
    """Idempotency keys older than a day."""
    return await q.idempotency_keys.delete_old_idempotency_keys(
        moment=moment, row_count_max=tuning.PURGE_BATCH_SIZE
    )


async def webhook_deliveries(q: AsyncQueries, moment: datetime) -> int:
    """Events that an endpoint has not taken a month after the last try."""
    return await q.webhook_deliveries.delete_old_webhook_deliveries(
        moment=moment, row_count_max=tuning.PURGE_BATCH_SIZE
    )


# A job runs each until it deletes less than a whole batch.
PURGES: Final[tuple[Purge, ...]] = (
    sessions,
    email_verifications,
    password_resets,
    rate_limits,
    idempotency_keys,
    webhook_deliveries,
)
