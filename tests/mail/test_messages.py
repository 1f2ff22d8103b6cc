"""Messages as they are composed."""

from email import message_from_bytes, policy

import pytest

from bankapp.domain.mail import Mail, MailKind
from bankapp.mail.messages import MailSettings, compose
from tests.mail_server import text_of

MAIL_SETTINGS = MailSettings("bank@example.org", "https://bank.example.org")
WITHOUT_CODE = {MailKind.EMAIL_CHANGED, MailKind.WEBHOOK_DISABLED}


@pytest.mark.parametrize("kind", MailKind)
def test_every_kind_has_text_and_html(kind: MailKind) -> None:
    mail = Mail(kind=kind, to="alice@example.com", full_name="Łukasz 李", verification_id=7)
    message = compose(mail, "the-code", MAIL_SETTINGS)
    read = message_from_bytes(message.as_bytes(policy=policy.SMTP), policy=policy.SMTP)
    assert read["To"] == "alice@example.com"
    assert read["From"] == "bank@example.org"
    assert read["Subject"]
    assert read["Message-ID"].endswith("@example.org>")
    assert read["Auto-Submitted"] == "auto-generated"
    for subtype in ("plain", "html"):
        text = text_of(message, subtype)
        assert "Łukasz 李" in text
        assert "$" not in text
        assert ("the-code" in text) == (kind not in WITHOUT_CODE)
        assert ("once, for 15 minutes" in text) == ("the-code" in text)


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize(
    "name",
    [
        "you won, claim at http://evil.example/x now",
        "evil.example",
        "evil\u200b.example",
        "evil\uff0eexample",
        "evil\u3002example",
        "www evil",
        "mailto:thief",
        "thief@evil",
        "call +1 (555) 010-2345",
        "http:\\\\localhost",
        "x" * 61,
        "\u200b",
    ],
    ids=ascii,
)
def test_no_name_is_a_lure(kind: MailKind, name: str) -> None:
    """Goal: nobody has the bank mail a link of theirs to a stranger."""
    mail = Mail(kind=kind, to="alice@example.com", full_name=name, verification_id=7)
    message = compose(mail, "the-code", MAIL_SETTINGS)
    for subtype in ("plain", "html"):
        text = text_of(message, subtype)
        assert "Hello," in text
        assert name not in text


@pytest.mark.parametrize("name", ["J. R. R. Tolkien", "Anne-Marie d'Arc", "Louis XIV", "x" * 60])
def test_a_name_is_greeted(name: str) -> None:
    mail = Mail(kind=MailKind.EMAIL_CHANGED, to="alice@example.com", full_name=name)
    assert f"Hello {name}," in text_of(compose(mail, None, MAIL_SETTINGS))


def test_values_are_escaped_in_html() -> None:
    name = "<script>alert('&')</script> \"$code ${link}"
    for kind in MailKind:
        mail = Mail(kind=kind, to="alice@example.com", full_name=name, verification_id=7)
        message = compose(mail, '"><img src=x>', MAIL_SETTINGS)
        page = text_of(message, "html")
        assert "<script>" not in page
        assert "<img" not in page
        assert "$code ${link}" in text_of(message)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\r\nBcc: thief@example.com", "\0"])
def test_no_header_can_be_injected(end: str) -> None:
    mail = Mail(kind=MailKind.EMAIL_CHANGED, to=f"alice@example.com{end}", full_name="Alice")
    with pytest.raises(ValueError, match="header"):
        compose(mail, None, MAIL_SETTINGS)
    named = Mail(kind=MailKind.EMAIL_CHANGED, to="alice@example.com", full_name=f"Alice{end}")
    message = compose(named, None, MAIL_SETTINGS)
    assert "Bcc" not in message


def test_an_encoded_word_is_refused_as_an_address() -> None:
    """It would be written decoded (RFC 2047), and could hold the end of a line."""
    word = "=?utf-8?q?x=0d=0abcc=3aevil?=@example.com"
    with pytest.raises(ValueError, match="header"):
        compose(Mail(kind=MailKind.EMAIL_CHANGED, to=word, full_name="Alice"), None, MAIL_SETTINGS)
