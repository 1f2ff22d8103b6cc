"""Limits: the rules of the bank that are numbers. Clients and customers meet them.

Sizes and times that only make the bank faster or slower are in `bankapp/tuning.py`. The unit comes
last in a name.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from bankapp.domain.rates import RateLimit

AMOUNT_MAX: Final = 2**53 - 1  # exact in every JSON reader; `balance_max` in SQL
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
PASSWORD_STRENGTH_MIN: Final = 3  # of zxcvbn's 0 to 4: more than 10^8 guesses
CODE_BYTES: Final = 32
CODE_LENGTH_MAX: Final = 128
CODE_LIFETIME: Final = timedelta(minutes=15)  # the default of `expires_at` in SQL
ACCOUNT_COUNT_MAX: Final = 100  # of one person, closed ones included
DESCRIPTION_LENGTH_MAX: Final = 200
OPEN_SESSION_COUNT_MAX: Final = 100  # of one user
SESSION_DURATION_MAX: Final = timedelta(days=30)  # `session_duration_max` in SQL
RENEWAL_GRACE: Final = timedelta(seconds=10)
USER_AGENT_LENGTH_MAX: Final = 500
REQUEST_ID_LENGTH_MAX: Final = 100
TOKEN_BYTES_MAX: Final = 4096

BODY_BYTES_MAX: Final = 16 * 1024
BATCH_BYTES_MAX: Final = 1024 * 1024
BODY_VALUE_COUNT_MAX: Final = 10_000
VIOLATION_COUNT_MAX: Final = 100

# Of a GraphQL document, and of one from a sender without a token.
DOCUMENT_TOKEN_COUNT_MAX: Final = 500
PUBLIC_DOCUMENT_TOKEN_COUNT_MAX: Final = 60
DOCUMENT_DEPTH_MAX: Final = 8
DOCUMENT_ROOT_FIELD_COUNT_MAX: Final = 20
DOCUMENT_REPEATED_FIELD_COUNT_MAX: Final = 10  # of one name beside each other
DOCUMENT_COST_MAX: Final = 5000  # fields, those of a list as often as its page is long

IDEMPOTENCY_KEY_LENGTH_MAX: Final = 255
IDEMPOTENCY_KEY_LIFETIME: Final = timedelta(hours=24)  # `key_lifetime` in SQL
# Of a command, from the time of its record. An older one is not done: its key may be forgotten.
COMMAND_AGE_DEFAULT: Final = timedelta(hours=1)
COMMAND_AGE_MAX: Final = timedelta(hours=12)
COMMAND_CLOCK_OFFSET_MAX: Final = timedelta(minutes=5)  # by which its time may be ahead
COMMAND_HEADER_COUNT_MAX: Final = 50
CORRELATION_ID_LENGTH_MAX: Final = 255
POSTING_COUNT_MAX: Final = 1000
HOLD_LIFETIME_DEFAULT_S: Final = 7 * 24 * 3600
HOLD_LIFETIME_MAX_S: Final = 744 * 3600  # 31 days; `hold_lifetime_max` in SQL
STATEMENT_PAGE_SIZE_MAX: Final = 10_000
CURRENCY_COUNT_MAX: Final = 1000  # ISO 4217 has fewer than 200

FEED_PAGE_SIZE_DEFAULT: Final = 100
FEED_PAGE_SIZE_MAX: Final = 500
FEED_WAIT_MAX_S: Final = 25  # proxies give up after 30 seconds and more
RATE_AGE_DAYS_MAX: Final = 4  # a weekend, and a holiday on each side
RATE_CHANGE_MAX: Final = Decimal("0.20")  # of the last accepted rate; what is further off is held
RATES_BYTES_MAX: Final = 1024 * 1024
HELD_RATE_COUNT_MAX: Final = 100  # of a list

WEBHOOK_COUNT_MAX: Final = 5  # of one customer
WEBHOOK_URL_LENGTH_MAX: Final = 2000
WEBHOOK_SECRET_BYTES: Final = 24
WEBHOOK_SECRET_OVERLAP: Final = timedelta(hours=24)
WEBHOOK_TIMEOUT_S: Final = 15
WEBHOOK_CONCURRENCY: Final = 8  # of one endpoint; a killed worker repeats as many events at most
WEBHOOK_TRY_COUNT_MAX: Final = 10  # of one event
WEBHOOK_FAILURE_COUNT_MAX: Final = 5  # in a row, then the endpoint is failing
WEBHOOK_FAILING_MAX: Final = timedelta(days=5)
WEBHOOK_WAIT_MAX: Final = timedelta(hours=24)  # that a server may ask for
WEBHOOK_RATE_MIN: Final = 20  # events a second after an outage, doubled …
WEBHOOK_DOUBLING_S: Final = 10
WEBHOOK_RATE_MAX: Final = 200

JOB_ATTEMPT_COUNT_MAX: Final = 10
FAILED_JOB_RETENTION: Final = timedelta(days=30)

LOGINS_BY_ADDRESS: Final = RateLimit("login", 60, timedelta(minutes=1))
LOGINS_BY_USER: Final = RateLimit("login_as", 10, timedelta(minutes=5), by=("address", "username"))
# An attacker may have many networks.
GUESSES_BY_USER: Final = RateLimit(
    "guess_at",
    60,
    timedelta(hours=1),
    by=("username",),
    only="from networks from which the user has not signed in before",
)
# Counted when the password was right, so that nobody else can use them up.
SIGN_INS: Final = RateLimit(
    "sign_in", 100, timedelta(hours=1), by=("username",), only="with the right password"
)
RENEWALS: Final = RateLimit(
    "renewal", 60, timedelta(hours=1), by=("session",), only="with a valid token"
)
SIGN_UPS: Final = RateLimit("sign_up", 20, timedelta(hours=1))
RESETS_BY_ADDRESS: Final = RateLimit("reset", 10, timedelta(hours=1))
RESETS_BY_EMAIL: Final = RateLimit("reset_of", 3, timedelta(hours=1), by=("email",))
RESET_TRIES: Final = RateLimit("reset_confirm", 20, timedelta(hours=1))
RESENDS_BY_ADDRESS: Final = RateLimit("resend", 10, timedelta(hours=1))
RESENDS_BY_USER: Final = RateLimit("resend_to", 3, timedelta(hours=1), by=("caller",))
USER_CHANGES: Final = RateLimit("change", 20, timedelta(hours=1), by=("caller", "username"))
ACCOUNT_OPENINGS: Final = RateLimit("open_account", 100, timedelta(days=1), by=("caller",))
WEBHOOK_CHANGES: Final = RateLimit("change_webhook", 60, timedelta(hours=1), by=("caller",))
PINGS: Final = RateLimit("ping", 30, timedelta(hours=1), by=("caller",))
# Rows of money are kept for good. This is far more than a marketplace posts in a day.
POSTINGS: Final = RateLimit("posting", 100_000, timedelta(days=1), by=("caller",), per_process=True)
# A document that the process has not kept is parsed and validated, which takes some milliseconds.
UNKNOWN_DOCUMENTS: Final = RateLimit(
    "unknown_document", 100, timedelta(minutes=1), by=("caller",), per_process=True
)
