"""Metrics of the connection pool and of the job queue."""

from bankapp.store.engine.transaction import Pool
from bankapp.telemetry import metrics
from gen.reports import CountJobsRow


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
