"""Mail to be sent, as it waits in the queue."""

from dataclasses import dataclass
from enum import StrEnum


class MailKind(StrEnum):
    """What a mail is about; each has a text and an HTML template."""

    VERIFY_EMAIL = "verify_email"
    EMAIL_CHANGED = "email_changed"
    RESET_PASSWORD = "reset_password"


@dataclass(frozen=True, slots=True)
class Code:
    """A secret that is mailed. The database keeps its hash; the queue holds it sealed."""

    hash: bytes
    sealed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one person.

    `verification_id` and `sealed_code` are for the kinds that carry a code.
    """

    kind: MailKind
    to: str
    full_name: str
    verification_id: int | None = None
    sealed_code: str | None = None
