"""Metrics of the connection pool, of the job queue and of webhooks."""

from bankapp.store.engine.transaction import Pool
from bankapp.telemetry import metrics
from gen.reports import CountJobsRow, CountWebhookEndpointsByStatusRow


def note_pool(pool: Pool) -> None:
    """Record the state of the pool, and its requests since the last call."""
    stats = pool.pop_stats()
    metrics.POOL_CONNECTIONS.set(stats.get("pool_size", 0))
    metrics.POOL_IDLE.set(stats.get("pool_available", 0))
    metrics.POOL_WAITING.set(stats.get("requests_waiting", 0))
    metrics.POOL_CHECKOUTS.inc(stats.get("requests_num", 0))
    metrics.POOL_QUEUED.inc(stats.get("requests_queued", 0))
    metrics.POOL_WAIT_S.inc(stats.get("requests_wait_ms", 0) / 1000)


def note_jobs(count: CountJobsRow) -> None:
    """Note the numbers of jobs."""
    metrics.JOBS.labels("waiting").set(count.waiting_count)
    metrics.JOBS.labels("doing").set(count.doing_count)
    metrics.JOBS.labels("dead").set(count.dead_count)


def note_webhooks(count: CountWebhookEndpointsByStatusRow, settled_position: int) -> None:
    """Note the numbers of endpoints, and how far the last of the active ones is behind."""
    metrics.WEBHOOK_ENDPOINTS.labels("active").set(count.active_count)
    metrics.WEBHOOK_ENDPOINTS.labels("failing").set(count.failing_count)
    metrics.WEBHOOK_ENDPOINTS.labels("paused").set(count.paused_count)
    metrics.WEBHOOK_ENDPOINTS.labels("disabled").set(count.disabled_count)
    last = settled_position if count.position_min is None else count.position_min
    metrics.CONSUMER_BEHIND.labels("webhooks").set(max(0, settled_position - last))
