"""Settings that are allowed, and probably not meant."""

from collections.abc import Iterator
from typing import Final

from bankapp.settings.model import Settings
from bankapp.settings.names import unknown_names

BCRYPT_COST_ADVISED: Final = 10


def find_doubts(settings: Settings) -> Iterator[str]:
    """A sentence about each doubtful setting; it quotes no value."""
    yield from map(str, unknown_names())
    if settings.environment == "production":
        yield from _doubts_in_production(settings)


def _doubts_in_production(settings: Settings) -> Iterator[str]:
    if not settings.rate_limits:
        yield "BANK_RATE_LIMITS is off, which is for tests and measurements"
    if settings.bcrypt_cost < BCRYPT_COST_ADVISED:
        yield f"BANK_BCRYPT_COST is below {BCRYPT_COST_ADVISED}, which is for tests"
    if settings.smtp_url is None:
        yield "BANK_SMTP_URL is not set, so mails are files in BANK_DATA_DIR that nobody receives"
