"""Messages: a mail from the queue, composed with a text and an HTML part."""

import html
import re
import unicodedata
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
from bankapp.domain.text import without_invisible

SUBJECTS: Final = {
    MailKind.VERIFY_EMAIL: "Verify your e-mail address",
    MailKind.EMAIL_CHANGED: "Your e-mail address was changed",
    MailKind.RESET_PASSWORD: "Set a new password",
    MailKind.WEBHOOK_DISABLED: "Your webhook was disabled",
}
GREETED_NAME_LENGTH_MAX: Final = 60
# A domain, the beginning of a URL, an address, or a telephone number.
_LINK: Final = re.compile(
    r"\w[.\u3002]\w|:\S|//|\\\\|@|www|[0-9]([^0-9]{0,3}[0-9]){6}", re.IGNORECASE
)
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
        "greeting": _greeting(mail.full_name),
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


def _greeting(full_name: str) -> str:
    """A greeting by name, or without it where the name could be a lure.

    Anybody can sign up with the address of somebody else and any name, and the bank then mails that
    name. So it must not contain what a mail program makes a link of.
    """
    name = " ".join(without_invisible(full_name).split())
    plain = unicodedata.normalize("NFKC", name)  # a full-width dot is a dot to some programs
    if not name or len(name) > GREETED_NAME_LENGTH_MAX or _LINK.search(plain):
        return "Hello"
    return f"Hello {name}"


def _address(text: str) -> Address:
    # Not parsed as a whole, because the parser refuses a local part that is not ASCII.
    local, _, domain = text.rpartition("@")
    # "=?" begins an encoded word (RFC 2047), which the header would hold decoded.
    if not text.isprintable() or set(text) & set('<>()[]\\,;:"') or "=?" in text:
        raise ValueError("cannot stand in a header")
    return Address(username=local, domain=domain)


def _fill(name: str, values: dict[str, str]) -> str:
    return Template((_TEMPLATES / name).read_text()).substitute(values)
