"""Mailers, with a real mail server and with broken ones."""

import asyncio
import os
from email import message_from_bytes, policy
from pathlib import Path

import aiosmtplib
import pytest

from bankapp.domain.mail import Mail, MailKind
from bankapp.mail.mailer import FileMailer, MailRefused, SmtpMailer
from bankapp.mail.messages import MailSettings, compose
from tests.mail_server import Mailbox, broken_server, text_of

MESSAGE = compose(
    Mail(kind=MailKind.EMAIL_CHANGED, to="alice@example.com", full_name="Łukasz"),
    None,
    MailSettings("bank@example.org", "https://bank.example.org"),
)


async def test_a_message_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    await SmtpMailer(mailbox.url).send(MESSAGE)
    [received] = mailbox.messages
    assert received["To"] == "alice@example.com"
    assert text_of(received) == text_of(MESSAGE)
    assert text_of(received, "html").startswith("<!DOCTYPE html>")


async def test_an_address_may_be_in_any_script(mailbox: Mailbox) -> None:
    mail = Mail(kind=MailKind.EMAIL_CHANGED, to="łukasz@example.com", full_name="Łukasz")
    message = compose(mail, None, MailSettings("bank@example.org", ""))
    await SmtpMailer(mailbox.url).send(message)
    assert [received["To"] for received in mailbox.messages] == ["łukasz@example.com"]


@pytest.mark.parametrize("code", ["550 no such user", "554 no", "500 what", "599 never"])
async def test_a_permanent_refusal_is_told_apart(mailbox: Mailbox, code: str) -> None:
    mailbox.answer = lambda _: code
    with pytest.raises(MailRefused):
        await SmtpMailer(mailbox.url).send(MESSAGE)


@pytest.mark.parametrize("code", ["450 later", "451 later", "421 busy", "499 later"])
async def test_a_transient_refusal_may_be_retried(mailbox: Mailbox, code: str) -> None:
    mailbox.answer = lambda _: code
    with pytest.raises(aiosmtplib.SMTPException):
        await SmtpMailer(mailbox.url).send(MESSAGE)


@pytest.mark.parametrize(
    "greeting",
    [
        pytest.param(b"", id="hangs up"),
        pytest.param(b"220 hello\r\n", id="hangs up after hello"),
        pytest.param(b"421 go away\r\n", id="refuses"),
        pytest.param(b"554 go away\r\n", id="refuses everybody"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="speaks another language"),
        pytest.param(None, id="says nothing"),
    ],
)
async def test_a_failure_of_a_broken_server_may_be_retried(greeting: bytes | None) -> None:
    async with broken_server(greeting) as url, asyncio.timeout(5):
        with pytest.raises((aiosmtplib.SMTPException, OSError)):
            await SmtpMailer(url, timeout_s=0.2).send(MESSAGE)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
async def test_no_password_or_message_is_sent_in_the_clear(mailbox: Mailbox, scheme: str) -> None:
    """The server, or a machine in between, offers no TLS."""
    url = mailbox.url.replace("smtp://", f"{scheme}://bank:secret@")
    with pytest.raises((aiosmtplib.SMTPException, OSError)):
        await SmtpMailer(url, timeout_s=1).send(MESSAGE)
    assert mailbox.attempt_count == 0


async def test_a_failure_without_a_server_may_be_retried() -> None:
    with pytest.raises((aiosmtplib.SMTPException, OSError)):
        await SmtpMailer("smtp://127.0.0.1:1", timeout_s=0.2).send(MESSAGE)


async def test_file_mailer_writes_a_private_file_per_message(tmp_path: Path) -> None:
    mailer = FileMailer(tmp_path / "mail")
    await asyncio.gather(*(mailer.send(MESSAGE) for _ in range(5)))
    files = list((tmp_path / "mail").iterdir())
    assert len(files) == 5
    for file in files:
        assert file.suffix == ".eml"
        assert file.stat().st_mode & 0o777 == 0o600
        assert message_from_bytes(file.read_bytes(), policy=policy.SMTP)["To"]


def the_file_in(directory: Path) -> bytes:
    [file] = directory.iterdir()
    return file.read_bytes()


@pytest.mark.parametrize("name", ["Alice", "Łukasz 李"])
@pytest.mark.parametrize("kind", [MailKind.VERIFY_EMAIL, MailKind.RESET_PASSWORD])
async def test_a_link_can_be_copied_from_a_file(tmp_path: Path, kind: MailKind, name: str) -> None:
    mail = Mail(kind=kind, to="alice@example.com", full_name=name, verification_id=7)
    code = "c" * 43
    message = compose(mail, code, MailSettings("bank@example.org", "https://bank.example.org"))
    await FileMailer(tmp_path).send(message)
    data = the_file_in(tmp_path)
    [link] = [line for line in data.decode().splitlines() if line.startswith("https://")]
    assert link.endswith(f"={code}")
    read = message_from_bytes(data, policy=policy.SMTP)
    for subtype in ("plain", "html"):
        assert text_of(read, subtype) == text_of(message, subtype)


def test_file_mailer_keeps_the_newest_messages(tmp_path: Path) -> None:
    for number in range(3):
        old = tmp_path / f"{number}.eml"
        old.touch()
        os.utime(old, (number, number))
    (tmp_path / "0.part").touch()  # of another process
    asyncio.run(FileMailer(tmp_path, count_max=3).send(MESSAGE))
    [new] = [path for path in tmp_path.glob("*.eml") if path.stat().st_size]
    assert {*tmp_path.iterdir()} == {
        new,
        *(tmp_path / name for name in ("0.part", "1.eml", "2.eml")),
    }
