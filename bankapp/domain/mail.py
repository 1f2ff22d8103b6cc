"""Mail to users, and the codes it carries."""

from dataclasses import dataclass
from enum import StrEnum


class MailKind(StrEnum):
    """The subject of a mail. Each kind has a text and an HTML template."""

    VERIFY_EMAIL = "verify_email"
    EMAIL_CHANGED = "email_changed"
    RESET_PASSWORD = "reset_password"
    WEBHOOK_DISABLED = "webhook_disabled"


@dataclass(frozen=True, slots=True)
class Code:
    """A secret to be mailed: its hash for the database, and its sealed form for the queue."""

    hash: bytes
    sealed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one address.

    `verification_id` and `sealed_code` belong to the kinds that carry a code.
    """

    kind: MailKind
    to: str
    full_name: str
    verification_id: int | None = None
    sealed_code: str | None = None
