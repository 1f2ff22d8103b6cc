"""Sending messages: by SMTP, or into files where there is no server."""

import asyncio
import uuid
from contextlib import suppress
from copy import deepcopy
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from bankapp import tuning
from bankapp.domain.jobs import GiveUp

_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailRefused(GiveUp):
    """The server refused the message for good."""


class Mailer(Protocol):
    """Sends messages."""

    async def send(self, message: EmailMessage) -> None:
        """Returns once the message is in the server's hands.

        Raises MailRefused, and other errors where a retry may succeed.
        """
        ...


class FileMailer:
    """Writes each message into a file of its own, for development and tests.

    The directory keeps the newest messages.
    """

    def __init__(self, directory: Path, count_max: int = tuning.MAIL_FILE_COUNT_MAX) -> None:
        self._directory = directory
        self._count_max = count_max

    async def send(self, message: EmailMessage) -> None:
        """Write the message. Raises OSError."""
        await asyncio.to_thread(self._write, _legible(message).as_bytes(policy=policy.SMTP))

    def _write(self, data: bytes) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._directory / f"{uuid.uuid4()}.eml"
        written = path.with_suffix(".part")
        written.touch(mode=0o600)
        written.write_bytes(data)
        written.replace(path)  # a reader never sees half a message
        for oldest in sorted(self._directory.glob("*.eml"), key=_written_at)[: -self._count_max]:
            oldest.unlink(missing_ok=True)


def _legible(message: EmailMessage) -> EmailMessage:
    """The message with its text as it was written, so that a long link can be copied.

    On the way through mail servers lines have limits, and not all of these servers take 8 bits.
    """
    copied = deepcopy(message)
    for part in copied.walk():
        if part.get_content_maintype() == "text":
            part.set_content(part.get_content(), subtype=part.get_content_subtype(), cte="8bit")
    return copied


class SmtpMailer:
    """Sends by a mail server: smtp (TLS where offered), smtp+starttls or smtps (TLS always)."""

    def __init__(self, url: str, timeout_s: float = tuning.SMTP_TIMEOUT_S) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname
        self._port = parts.port or _PORTS[parts.scheme]
        self._username = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._is_tls = parts.scheme == "smtps"
        self._start_tls = {"smtp": None, "smtp+starttls": True, "smtps": False}[parts.scheme]
        self._timeout_s = timeout_s

    async def send(self, message: EmailMessage) -> None:
        """Hand the message to the server.

        Raises MailRefused when the server refuses it for good, SMTPException, OSError or
        TimeoutError where a retry may succeed.
        """
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            use_tls=self._is_tls,
            start_tls=self._start_tls,
            timeout=self._timeout_s,
        )
        try:
            # The library limits each step only: a server that drips would hold the job for ever.
            async with asyncio.timeout(2 * self._timeout_s):
                await client.connect()
                await client.send_message(message)
                with suppress(
                    aiosmtplib.SMTPException, OSError
                ):  # the server has the message already
                    await client.quit()
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(_is_final(refused.code) for refused in error.recipients):
                raise MailRefused(str(error.recipients[0].code)) from error
            raise
        except aiosmtplib.SMTPDataError as error:
            if _is_final(error.code):
                raise MailRefused(str(error.code)) from error
            raise
        finally:
            client.close()  # without QUIT: the server may be the one that does not answer


def _written_at(path: Path) -> float:
    """Unix seconds; 0 for a file that another process has just removed."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _is_final(code: int) -> bool:
    """RFC 5321: 5yz is permanent, 4yz transient."""
    return 500 <= code < 600
