"""Tuning: sizes and times that change the speed of the bank, and not its behaviour.

The bank's own rules are in `bankapp/domain/limits.py`. The unit comes last in a name.
"""

from datetime import timedelta
from typing import Final

BODY_TIMEOUT_S: Final = 10.0
IDLE_TIMEOUT_S: Final = 15.0
UNREAD_TIMEOUT_S: Final = 30.0
LINGERING_TIMEOUT_S: Final = 10.0
LINGERING_BYTES_MAX: Final = 64 * 1024 * 1024
OPEN_CONNECTION_COUNT_MAX: Final = 16_384
PARTING_TIMEOUT_S: Final = 0.25
SHUTDOWN_TIMEOUT_S: Final = 1.25  # aiohttp waits it out twice

GRPC_METADATA_BYTES_MAX: Final = 16 * 1024
GRPC_CONNECTION_COUNT_MAX: Final = 8192  # of a process
GRPC_STREAM_COUNT_MAX: Final = 100  # of a connection
GRPC_CONNECTION_AGE_MAX_S: Final = 600.0
GRPC_CONNECTION_GRACE_S: Final = 30.0  # for the requests under way
GRPC_CONNECTION_IDLE_MAX_S: Final = 300.0
GRPC_KEEPALIVE_S: Final = 60.0
GRPC_KEEPALIVE_TIMEOUT_S: Final = 20.0
GRPC_PING_INTERVAL_MIN_S: Final = 10.0
GRPC_STOP_TIMEOUT_S: Final = 2.5

DOCUMENT_CACHE_COUNT_MAX: Final = 1000
DOCUMENT_CACHE_LENGTH_MAX: Final = 200_000  # characters, of which each may take 300 bytes
INTROSPECTION_TRY_COUNT: Final = 10  # it takes as long as so many unknown documents
PUBLIC_DOCUMENT_CACHE_COUNT_MAX: Final = 100
LIGHT_DOCUMENT_COST_MAX: Final = 500  # each user has a few heavier ones executed at a time

PASSWORD_QUEUE_LENGTH_MAX: Final = 16
HASHING_NICENESS: Final = 10  # of the 20 levels of Linux
STRANGERS_NICENESS: Final = 19
TOKEN_CACHE_COUNT_MAX: Final = 16_384
SESSION_CACHE_COUNT_MAX: Final = 16_384
RATED_USER_COUNT_MAX: Final = 16_384
SESSION_NOTE_PAUSE_S: Final = 1.0
SESSION_NOTE_INTERVAL_MIN: Final = timedelta(minutes=1)  # in the database, by its clock
SESSION_NOTE_INTERVAL: Final = SESSION_NOTE_INTERVAL_MIN + timedelta(seconds=1)  # in a process

CONNECTION_COUNT_MIN: Final = 2
CONNECTION_COUNT_MAX: Final = 16
CONNECTION_TIMEOUT_S: Final = 5.0
# The pool doubles the delays between its attempts until then. Later the next request begins anew.
RECONNECTION_TIMEOUT_S: Final = 4.0
REPLACEMENT_INTERVAL_S: Final = 1.0  # of all connections, while the database is read-only
STATEMENT_TIMEOUT_S: Final = 10
LOCK_TIMEOUT_S: Final = 1
BATCHED_LOCK_TIMEOUT_S: Final = 0.2  # the rest of the batch waits with it
CLOCK_TOLERANCE_S: Final = 5.0  # two hosts may differ by so much without a word
CLOCK_LOG_INTERVAL_S: Final = 60.0
TRANSACTION_RETRY_COUNT_MAX: Final = 3
KEY_TRY_COUNT_MAX: Final = 5
LOGGED_REQUEST_COUNT_MAX: Final = 10
POOL_MEASURE_INTERVAL_S: Final = 1.0
FINDING_COUNT_MAX: Final = 100

READ_COUNT_MAX: Final = 1000
PAGE_COUNT_MAX: Final = 100  # that are read in one query
FEED_POLL_INTERVAL_S: Final = 0.05  # while somebody waits
FEED_BUSY_POLL_INTERVAL_S: Final = 0.075
FEED_BUSY_COUNT: Final = 100  # positions since the look before
FEED_WATCH_COUNT_EACH: Final = 4  # requests that wait, of one user
FEED_WATCH_COUNT_MAX: Final = 1000  # of a process; others are answered at once
FEED_STRETCH_MIN: Final = 100  # rows of each kind that are read at once
FEED_CROWDED_PAUSE_S: Final = 1.0  # before the answer to one for whom there is no place to wait
FEED_STRETCH_LENGTH: Final = 1000  # positions that are looked at in one query
FEED_READ_COUNT_MAX: Final = 10  # of one request, while what is read is not what is wanted
LEASE_DURATION_S: Final = 30.0  # of a consumer of the feed
LEASE_RENEWAL_AFTER_S: Final = 5.0
LEASE_TRY_INTERVAL_S: Final = 2.0
PUBLISH_BATCH_SIZE: Final = 500
# Less than the lease: what a process sent that has lost it arrives before another sends.
PUBLISH_TIMEOUT_S: Final = 10.0
PUBLISH_WAIT_S: Final = 0.5  # for events; then it looks whether to stop
PUBLISH_RETRY_DELAY_MIN_S: Final = 0.5
PUBLISH_RETRY_DELAY_MAX_S: Final = 30.0
# The least that brokers allow unless told otherwise: until then nobody serves what a killed process
# had.
COMMAND_SESSION_TIMEOUT_S: Final = 6.0
# So long may a member take to give up its partitions, and wait for the answer of a broker that has
# lost its wish to join.
COMMAND_REBALANCE_TIMEOUT_S: Final = 15.0
COMMAND_POLL_S: Final = 0.2
COMMAND_READ_COUNT: Final = 100
COMMAND_BUFFER_COUNT: Final = 100  # of a partition; then no more of it are fetched
COMMAND_BUFFER_BYTES: Final = 4 * 1024 * 1024
COMMAND_RETRY_DELAY_MIN_S: Final = 0.2
COMMAND_RETRY_DELAY_MAX_S: Final = 5.0
COMMAND_FINISH_TIMEOUT_S: Final = 5.0  # of the command under way, when the partition is given up
COMMAND_PARTITION_COUNT: Final = 4  # of a topic that the bank creates
REPLY_TIMEOUT_S: Final = 10.0
REPLY_BYTES_MAX: Final = (
    8 * 1024 * 1024
)  # before it is compressed; brokers have a limit of their own
REPLY_TOPIC_KNOWN_S: Final = 30.0
REPLY_TOPIC_MISSING_S: Final = 1.0
# A call by itself costs about as much as this many postings: fewer are not divided.
UNDIVIDED_COUNT_MAX: Final = 16
# Rows of a GraphQL page that are asked for together are read together.
UNDIVIDED_READ_COUNT_MAX: Final = 100
ALONE_COUNT_MAX: Final = 4
LANE_COUNT_MAX: Final = 2  # of those that wait shortly, and of the others
BATCH_CONCURRENCY: Final = 4
BATCH_REST_MAX_S: Final = 0.25  # about twice as long as a large batch takes
WAITING_BATCH_COUNT_MAX: Final = 64  # of one user
TURN_ITEM_COUNT: Final = 50  # of a batch; then others have a turn, after about a millisecond
LARGE_REQUEST_COUNT_EACH: Final = 4
LARGE_REQUEST_COUNT_MAX: Final = 32

WORKER_COUNT_MAX: Final = 128
WORKER_START_FAILURE_COUNT_MAX: Final = 5
WORKER_SETTLED_AFTER_S: Final = 30.0
WORKER_RESTART_DELAY_MIN_S: Final = 0.125
WORKER_RESTART_DELAY_MAX_S: Final = 8.0
WORKER_STOP_TIMEOUT_S: Final = 8.0
WORKER_HEARTBEAT_S: Final = 1.0
WORKER_HEARTBEAT_TIMEOUT_S: Final = 2.0
# A worker that misses so many timeouts in a row hangs. Counted, not measured: while the machine is
# suspended or the supervisor is stopped, workers miss no more than one.
WORKER_MISSED_HEARTBEAT_COUNT_MAX: Final = 5
WORKER_MISSED_HEARTBEAT_COUNT_MAX_AT_START: Final = 30

COUNTED_JOB_COUNT_MAX: Final = 100_000
JOB_CONCURRENCY: Final = 4
JOB_CONNECTION_TIMEOUT_S: Final = 1.0  # a stop waits for as long
JOB_HEARTBEAT_S: Final = 2.0
JOB_STALLED_AFTER_S: Final = 10.0
OLD_JOB_INTERVAL_S: Final = 3600.0
MAIL_FILE_COUNT_MAX: Final = 1000
JOB_SHUTDOWN_TIMEOUT_S: Final = 1.25
PURGE_BATCH_SIZE: Final = 500
EXPIRY_BATCH_SIZE: Final = 200
SMTP_TIMEOUT_S: Final = 10.0
DNS_TIMEOUT_S: Final = 3.0  # of one try of two
EGRESS_CONNECTION_COUNT_MAX: Final = 512  # more than all webhooks take at the same time
RATES_TIMEOUT_S: Final = 10.0
WEBHOOK_PAGE_SIZE: Final = 100
WEBHOOK_ENDPOINT_COUNT_MAX: Final = 48  # that a process sends to at the same time
WEBHOOK_PROBE_COUNT_MAX: Final = 16  # of them that are failing
WEBHOOK_TURN_S: Final = 5.0  # then an endpoint lets others have their turn
WEBHOOK_TICK_S: Final = 1.0
WEBHOOK_IDLE_TICK_S: Final = 5.0  # while there is no endpoint
WEBHOOK_SWEEP_S: Final = 60.0
WEBHOOK_SWEEP_RATIO: Final = 20  # of the time between two sweeps to the time that one takes
WEBHOOK_LIST_SIZE: Final = 1000
WEBHOOK_WOKEN_STRETCH_COUNT_MAX: Final = 20  # beyond that everybody is looked at
WEBHOOK_ANSWER_BYTES_MAX: Final = 1024
