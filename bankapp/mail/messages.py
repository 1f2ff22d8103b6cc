"""From a mail in the queue to a message with a text and an HTML part."""

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
    """What is the same in every mail: who it is from, and where links lead."""

    sender: str
    public_url: str


def compose(mail: Mail, code: str | None, mail_settings: MailSettings) -> EmailMessage:
    """The message to send; `code` is the secret it carries, if it does.

    Raises ValueError when an address cannot stand in a header.
    """
    query = urlencode({"email_id": mail.verification_id, "secret_code": code})
    values = {
        "full_name": mail.full_name,
        "code": code or "",
        "minutes": str(limits.CODE_LIFETIME // timedelta(minutes=1)),
        "link": f"{mail_settings.public_url}/v1/verify_email?{query}",
    }
    message = EmailMessage()
    message["Subject"] = SUBJECTS[mail.kind]
    message["From"] = _address(mail_settings.sender)
    message["To"] = _address(mail.to)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=mail_settings.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # no answering machine answers
    message.set_content(_fill(f"{mail.kind}.txt", values))
    escaped = {name: html.escape(value) for name, value in values.items()}
    message.add_alternative(_fill(f"{mail.kind}.html", escaped), subtype="html")
    return message


def _address(text: str) -> Address:
    # Not parsed as a whole: that would refuse a local part in any other script than Latin.
    local, _, domain = text.rpartition("@")
    # "=?" begins an encoded word (RFC 2047), which the header would be written without.
    if not text.isprintable() or set(text) & set('<>()[]\\,;:"') or "=?" in text:
        raise ValueError("cannot stand in a header")
    return Address(username=local, domain=domain)


def _fill(name: str, values: dict[str, str]) -> str:
    return Template((_TEMPLATES / name).read_text()).substitute(values)
