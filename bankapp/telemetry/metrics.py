"""What the bank counts, in Prometheus' terms; no other module knows Prometheus.

With PROMETHEUS_MULTIPROC_DIR in the environment several processes count together in that directory,
and each of them can say what all have counted.
"""

import os
import platform
from collections.abc import Iterator
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import (
    MultiProcessCollector,
    mark_process_dead,  # pyright: ignore[reportUnknownVariableType]
)
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

_DIRECTORY: Final = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
IS_SHARED: Final = _DIRECTORY is not None
_DURATIONS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)

REQUESTS: Final = Histogram(
    "bankapp_request_duration_seconds",
    "Time to answer a request, by operation and class of status",
    ["operation", "status"],
    buckets=_DURATIONS_S,
)
REFUSALS: Final = Counter("bankapp_refusals", "Requests refused, by code", ["code"])
RATE_LIMITED: Final = Counter(
    "bankapp_rate_limited", "Tries beyond a rate limit, by limit", ["limit"]
)
BATCH_SIZES: Final = Histogram(
    "bankapp_posting_batch_size", "Postings gathered into one call", buckets=_SIZES
)
RETRIES: Final = Counter(
    "bankapp_transaction_retries", "Transactions run again, by what they lost to", ["reason"]
)
DATABASE_UP: Final = Gauge(
    "bankapp_database_up", "Whether the database answers", multiprocess_mode="mostrecent"
)
POOL_CONNECTIONS: Final = Gauge(
    "bankapp_pool_connections", "Connections to the database", multiprocess_mode="livesum"
)
POOL_IDLE: Final = Gauge(
    "bankapp_pool_idle", "Connections that nobody uses", multiprocess_mode="livesum"
)
POOL_WAITING: Final = Gauge(
    "bankapp_pool_waiting", "Callers who wait for a connection", multiprocess_mode="livesum"
)
POOL_CHECKOUTS: Final = Counter("bankapp_pool_checkouts", "Connections asked for")
POOL_QUEUED: Final = Counter("bankapp_pool_queued", "Connections that had to be waited for")
POOL_WAIT_S: Final = Counter("bankapp_pool_wait_seconds", "Time waited for connections")
PASSWORDS_PENDING: Final = Gauge(
    "bankapp_passwords_pending",
    "Passwords that are being hashed or wait for it",
    multiprocess_mode="livesum",
)
JOB_RUNS: Final = Counter(
    "bankapp_job_runs", "Tries to do a background job: done or failed", ["job", "outcome"]
)
JOBS: Final = Gauge(
    "bankapp_jobs",
    "Background jobs in the queue: waiting, doing, or dead after the last try",
    ["state"],
    multiprocess_mode="mostrecent",
)
BUILD: Final = Gauge(
    "bankapp_build_info", "What is running", ["version", "python"], multiprocess_mode="max"
)
BUILD.labels(version("bankapp"), platform.python_version()).set(1)


@cache
def request_durations(operation: str, status_class: int) -> Histogram:
    """The durations of one operation's answers: 2 stands for 200 to 299."""
    return REQUESTS.labels(operation, f"{status_class}xx")


def render(accept: str) -> tuple[bytes, str]:
    """All metrics of all our processes in the form asked for, and its media type."""
    try:
        encode, content_type = choose_encoder(accept)
    except (TypeError, ValueError):  # it compares whatever is sent as a version with numbers
        encode, content_type = choose_encoder("")
    return encode(_registry()), content_type


def forget_process(pid: int, directory: str) -> None:
    """Leave a process that has ended out of what is said of the living; what it counted stays."""
    mark_process_dead(pid, directory)  # type: ignore[no-untyped-call]


def _registry() -> CollectorRegistry:
    if _DIRECTORY is None:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared, _DIRECTORY)  # type: ignore[no-untyped-call]
    shared.register(_Processes(Path(_DIRECTORY)))
    return shared


class _Processes(Collector):
    """Memory, time and files of each of our processes that lives."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        # Those of the dead are taken away; their counters stay.
        files = self._directory.glob("gauge_live*.db")
        for pid in sorted({file.stem.rpartition("_")[2] for file in files}):
            for found in ProcessCollector(pid=partial(str, pid), registry=None).collect():
                family = families.setdefault(
                    found.name, Metric(found.name, found.documentation, found.type)
                )
                for sample in found.samples:
                    family.add_sample(sample.name, {**sample.labels, "pid": pid}, sample.value)
        yield from families.values()
