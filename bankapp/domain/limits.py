"""What the bank puts a limit to; the unit comes last in the name."""

from datetime import timedelta
from typing import Final

from bankapp.domain.rates import RateLimit

AMOUNT_MAX: Final = 2**53 - 1  # exact in every JSON reader; the schema says the same
ID_MAX: Final = 2**63 - 1

PAGE_SIZE_DEFAULT: Final = 20
PAGE_SIZE_MAX: Final = 100

USERNAME_LENGTH_MIN: Final = 3
USERNAME_LENGTH_MAX: Final = 100
FULL_NAME_LENGTH_MAX: Final = 100
EMAIL_LENGTH_MAX: Final = 254
PASSWORD_BYTES_MIN: Final = 8
PASSWORD_BYTES_MAX: Final = 72  # bcrypt reads no further
PASSWORD_RATED_LENGTH: Final = 24
PASSWORD_QUEUE_LENGTH_MAX: Final = 16
PASSWORD_STRENGTH_MIN: Final = 3  # of zxcvbn's 0 to 4: more than 10^8 guesses
CODE_BYTES: Final = 32
CODE_LENGTH_MAX: Final = 128
DESCRIPTION_LENGTH_MAX: Final = 200
SESSION_DURATION_MAX: Final = timedelta(days=30)
USER_AGENT_LENGTH_MAX: Final = 500
REQUEST_ID_LENGTH_MAX: Final = 100

BODY_BYTES_MAX: Final = 16 * 1024
BATCH_BYTES_MAX: Final = 1024 * 1024
BODY_VALUE_COUNT_MAX: Final = 10_000
BODY_TIMEOUT_S: Final = 10.0
IDLE_TIMEOUT_S: Final = 15.0
UNREAD_TIMEOUT_S: Final = 30.0
LINGERING_TIMEOUT_S: Final = 2.0
OPEN_CONNECTION_COUNT_MAX: Final = 16_384
VIOLATION_COUNT_MAX: Final = 100
TOKEN_BYTES_MAX: Final = 4096
TOKEN_CACHE_COUNT_MAX: Final = 16_384
SESSION_CACHE_COUNT_MAX: Final = 16_384
SESSION_NOTE_PAUSE_S: Final = 1.0
SESSION_NOTE_INTERVAL: Final = timedelta(seconds=61)  # a second more than NoteSessionUses waits

CONNECTION_COUNT_MIN: Final = 2
CONNECTION_COUNT_MAX: Final = 16
CONNECTION_TIMEOUT_S: Final = 5.0
STATEMENT_TIMEOUT_S: Final = 10
LOCK_TIMEOUT_S: Final = 1
GATHERED_LOCK_TIMEOUT_S: Final = 0.2  # others wait with it
TRANSACTION_RETRY_COUNT_MAX: Final = 3
POSTING_COUNT_MAX: Final = 1000
READ_COUNT_MAX: Final = 1000
# A call by itself costs about as much as so many postings: fewer that wait are not divided.
UNDIVIDED_COUNT_MAX: Final = 16
ALONE_COUNT_MAX: Final = 4
BATCH_CONCURRENCY: Final = 4
IDEMPOTENCY_KEY_LENGTH_MAX: Final = 255
KEY_TRY_COUNT_MAX: Final = 5
HOLD_LIFETIME_DEFAULT_S: Final = 7 * 24 * 3600
HOLD_LIFETIME_MAX_S: Final = 744 * 3600  # 31 days; the schema says the same
STATEMENT_ENTRY_COUNT_MAX: Final = 10_000
PARTING_TIMEOUT_S: Final = 0.25
SHUTDOWN_TIMEOUT_S: Final = 1.25  # aiohttp waits it out twice
FINDING_COUNT_MAX: Final = 100
LOGGED_REQUEST_COUNT_MAX: Final = 10
POOL_MEASURE_INTERVAL_S: Final = 1.0

LOGINS_BY_ADDRESS: Final = RateLimit("login", 60, timedelta(minutes=1))
LOGINS_BY_USER: Final = RateLimit("login_as", 10, timedelta(minutes=5), by=("address", "username"))
SIGN_UPS: Final = RateLimit("sign_up", 20, timedelta(hours=1))
RESETS_BY_ADDRESS: Final = RateLimit("reset", 10, timedelta(hours=1))
RESETS_BY_EMAIL: Final = RateLimit("reset_of", 3, timedelta(hours=1), by=("email",))
RESET_TRIES: Final = RateLimit("reset_confirm", 20, timedelta(hours=1))
RESENDS_BY_ADDRESS: Final = RateLimit("resend", 10, timedelta(hours=1))
RESENDS_BY_USER: Final = RateLimit("resend_to", 3, timedelta(hours=1), by=("caller",))
USER_CHANGES: Final = RateLimit("change", 20, timedelta(hours=1), by=("caller", "username"))

WORKER_COUNT_MAX: Final = 128
WORKER_START_FAILURE_COUNT_MAX: Final = 5
WORKER_SETTLED_AFTER_S: Final = 30.0
WORKER_RESTART_DELAY_MIN_S: Final = 0.125
WORKER_RESTART_DELAY_MAX_S: Final = 8.0
WORKER_STOP_TIMEOUT_S: Final = 8.0

SMTP_TIMEOUT_S: Final = 10.0
COUNTED_JOB_COUNT_MAX: Final = 100_000
JOB_ATTEMPT_COUNT_MAX: Final = 10
JOB_CONCURRENCY: Final = 4
JOB_CONNECTION_TIMEOUT_S: Final = 1.0  # a stop waits for as long
JOB_HEARTBEAT_S: Final = 2.0
JOB_STALLED_AFTER_S: Final = 10.0
JOB_SHUTDOWN_TIMEOUT_S: Final = 1.25
PURGE_BATCH_SIZE: Final = 500
