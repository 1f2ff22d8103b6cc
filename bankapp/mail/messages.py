"""Messages: a mail from the queue, composed with a text and an HTML part."""

import html
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import urlencode

from bankapp.domain import limits
from bankapp.domain.mail import Mail, MailKind

SUBJECTS: Final = {
    MailKind.VERIFY_EMAIL: "Verify your e-mail address",
    MailKind.EMAIL_CHANGED: "Your e-mail address was changed",
    MailKind.RESET_PASSWORD: "Set a new password",
}
_TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The sender of every mail, and the URL that its links start with."""

    sender: str
    public_url: str


def compose(mail: Mail, code: str | None, mail_settings: MailSettings) -> EmailMessage:
    """The message to send. `code` is the secret that it carries, None where it carries none.

    Raises ValueError when a header cannot hold an address.
    """
    values = {
        "full_name": mail.full_name,
        "code": code or "",
        "minutes": str(limits.CODE_LIFETIME // timedelta(minutes=1)),
        "link": f"{mail_settings.public_url}{_path(mail, code)}",
    }
    message = EmailMessage()
    message["Subject"] = SUBJECTS[mail.kind]
    message["From"] = _address(mail_settings.sender)
    message["To"] = _address(mail.to)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=mail_settings.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # keeps automatic replies away
    message.set_content(_fill(f"{mail.kind}.txt", values))
    escaped = {name: html.escape(value) for name, value in values.items()}
    message.add_alternative(_fill(f"{mail.kind}.html", escaped), subtype="html")
    return message


def _path(mail: Mail, code: str | None) -> str:
    """The page where the code is used."""
    if mail.kind is MailKind.RESET_PASSWORD:
        return f"/v1/password_resets/confirm?{urlencode({'token': code})}"
    query = urlencode({"email_id": mail.verification_id, "secret_code": code})
    return f"/v1/verify_email?{query}"


def _address(text: str) -> Address:
    # Not parsed as a whole, because the parser refuses a local part that is not ASCII.
    local, _, domain = text.rpartition("@")
    # "=?" begins an encoded word (RFC 2047), which the header would hold decoded.
    if not text.isprintable() or set(text) & set('<>()[]\\,;:"') or "=?" in text:
        raise ValueError("cannot stand in a header")
    return Address(username=local, domain=domain)


def _fill(name: str, values: dict[str, str]) -> str:
    return Template((_TEMPLATES / name).read_text()).substitute(values)
