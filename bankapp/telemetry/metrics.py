"""The metrics of the bank; no other module imports Prometheus.

With PROMETHEUS_MULTIPROC_DIR in the environment several processes count together in that directory,
and each of them can render the sums of all.
"""

import math
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
    "Time to answer a request, by operation and class of status code",
    ["operation", "status"],
    buckets=_DURATIONS_S,
)
REFUSALS: Final = Counter("bankapp_refusals", "Requests refused, by code", ["code"])
RATE_LIMITED: Final = Counter(
    "bankapp_rate_limited", "Attempts beyond a rate limit, by limit", ["limit"]
)
BATCH_SIZES: Final = Histogram(
    "bankapp_posting_batch_size", "Postings in one call of the database", buckets=_SIZES
)
POSTINGS_AHEAD: Final = Counter(
    "bankapp_postings_ahead",
    "Calls whose postings have times more than 5 s ahead of the clock of the process",
)
CLOCK_OFFSET: Final = Gauge(
    "bankapp_database_clock_offset_seconds",
    "By how much the clock of the database is ahead of that of the process",
    multiprocess_mode="mostrecent",
)
RETRIES: Final = Counter(
    "bankapp_transaction_retries", "Transactions run again, by reason", ["reason"]
)
DATABASE_UP: Final = Gauge(
    "bankapp_database_up",
    "Whether the database answers and takes writes",
    multiprocess_mode="mostrecent",
)
FEED_POSITION: Final = Gauge(
    "bankapp_feed_position",
    "The position up to which the feed of events is settled",
    multiprocess_mode="mostrecent",
)
FEED_WAITING: Final = Gauge(
    "bankapp_feed_waiting", "Readers who wait for events", multiprocess_mode="livesum"
)
FEED_LAG_S: Final = Gauge(
    "bankapp_feed_lag_seconds",
    "For how long the feed has waited for a transaction that may still commit behind it",
    multiprocess_mode="mostrecent",
)
CONSUMER_BEHIND: Final = Gauge(
    "bankapp_consumer_behind",
    "Positions of the feed that the last of the active consumers has not read yet, by kind",
    ["kind"],
    multiprocess_mode="mostrecent",
)
WEBHOOK_TRIES: Final = Counter(
    "bankapp_webhook_tries",
    "Tries to send an event, by outcome: done, failed, throttled or gone",
    ["outcome"],
)
WEBHOOK_DURATION: Final = Histogram(
    "bankapp_webhook_duration_seconds",
    "Time until the server of a webhook has answered, or has not in time",
    buckets=(*_DURATIONS_S, 15, 30),
)
WEBHOOK_ENDPOINTS: Final = Gauge(
    "bankapp_webhook_endpoints",
    "Webhooks by status: active, failing, paused or disabled",
    ["status"],
    multiprocess_mode="mostrecent",
)
GRPC_REQUESTS: Final = Counter(
    "bankapp_grpc_requests",
    "Requests over gRPC by operation and status code",
    ["operation", "code"],
)
KAFKA_PUBLISHED: Final = Counter("bankapp_kafka_published", "Events that Kafka has acknowledged")
KAFKA_FAILURES: Final = Counter(
    "bankapp_kafka_failures",
    "Times that publishing to Kafka failed and was begun anew, by reason: broker, topic, "
    "database, lease or feed_rewound",
    ["reason"],
)
KAFKA_COMMANDS: Final = Counter(
    "bankapp_kafka_commands",
    "Commands from Kafka by operation and outcome: done, refused, late, dead, or unavailable if "
    "they are tried again",
    ["operation", "outcome"],
)
KAFKA_COMMANDS_BEHIND: Final = Gauge(
    "bankapp_kafka_commands_behind",
    "Commands in the partitions of this process that are not yet done",
    multiprocess_mode="livesum",
)
KAFKA_COMMANDS_PARTITIONS: Final = Gauge(
    "bankapp_kafka_commands_partitions",
    "Partitions of commands that this process was given to read",
    multiprocess_mode="livesum",
)
GRAPHQL_DOCUMENTS: Final = Counter(
    "bankapp_graphql_documents",
    "GraphQL documents from callers: known ones, and unknown ones that were parsed and validated",
    ["kind"],
)
POOL_CONNECTIONS: Final = Gauge(
    "bankapp_pool_connections", "Connections to the database", multiprocess_mode="livesum"
)
POOL_IDLE: Final = Gauge(
    "bankapp_pool_idle", "Unused connections of the pool", multiprocess_mode="livesum"
)
POOL_WAITING: Final = Gauge(
    "bankapp_pool_waiting", "Callers that wait for a connection", multiprocess_mode="livesum"
)
POOL_CHECKOUTS: Final = Counter("bankapp_pool_checkouts", "Connections taken from the pool")
POOL_QUEUED: Final = Counter("bankapp_pool_queued", "Callers that had to wait for a connection")
POOL_WAIT_S: Final = Counter("bankapp_pool_wait_seconds", "Time spent waiting for connections")
PASSWORDS_PENDING: Final = Gauge(
    "bankapp_passwords_pending",
    "Passwords that are being hashed or wait to be",
    multiprocess_mode="livesum",
)
JOB_RUNS: Final = Counter(
    "bankapp_job_runs", "Attempts at jobs, by outcome: done or failed", ["job", "outcome"]
)
JOBS: Final = Gauge(
    "bankapp_jobs",
    "Background jobs in the queue, by state: waiting, doing, or dead after the last attempt",
    ["state"],
    multiprocess_mode="mostrecent",
)
RATES_AGE: Final = Gauge(
    "bankapp_rates_age_seconds",
    "Time since the newest day began that has an accepted exchange rate; NaN while there is none",
    multiprocess_mode="mostrecent",
)
RATES_AGE.set(math.nan)
BUILD: Final = Gauge(
    "bankapp_build_info", "Version of bankapp", ["version", "python"], multiprocess_mode="max"
)
BUILD.labels(version("bankapp"), platform.python_version()).set(1)


@cache
def request_durations(operation: str, status_class: int) -> Histogram:
    """The histogram of one operation's durations; status class 2 is 200 to 299."""
    return REQUESTS.labels(operation, f"{status_class}xx")


@cache
def grpc_requests(operation: str, code: str) -> Counter:
    """The counter of one operation's requests over gRPC with a status code."""
    return GRPC_REQUESTS.labels(operation, code)


def render(accept: str) -> tuple[bytes, str]:
    """The metrics of all processes in an accepted format, and its media type."""
    try:
        encode, content_type = choose_encoder(accept)
    except (TypeError, ValueError):  # it compares any version that a client sends with numbers
        encode, content_type = choose_encoder("")
    return encode(_registry()), content_type


def forget_process(pid: int, directory: str) -> None:
    """Drop the gauges of a process that has ended; its counts stay in the sums."""
    mark_process_dead(pid, directory)  # type: ignore[no-untyped-call]


def _registry() -> CollectorRegistry:
    if _DIRECTORY is None:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared, _DIRECTORY)  # type: ignore[no-untyped-call]
    shared.register(_Processes(Path(_DIRECTORY)))
    return shared


class _Processes(Collector):
    """Memory, processor time and open files of each live process."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        # The gauges of ended processes are removed; their counters stay.
        files = self._directory.glob("gauge_live*.db")
        for pid in sorted({file.stem.rpartition("_")[2] for file in files}):
            for found in ProcessCollector(pid=partial(str, pid), registry=None).collect():
                family = families.setdefault(
                    found.name, Metric(found.name, found.documentation, found.type)
                )
                for sample in found.samples:
                    family.add_sample(sample.name, {**sample.labels, "pid": pid}, sample.value)
        yield from families.values()
