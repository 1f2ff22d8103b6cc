"""Webhooks are verified as the library of Standard Webhooks verifies them."""

import json
import time
from datetime import UTC, datetime
from http.client import HTTPMessage

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from bankapp_client import InvalidWebhook, models, verify_webhook
from client_tests.events import event

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
SENT_S = 1_800_000_000
BODY = json.dumps(event("account.frozen", account_id=12, owner="Zoë"), ensure_ascii=False).encode()


def sign(secret: str = SECRET, *, sent_s: int = SENT_S, body: bytes = BODY) -> str:
    """The signature that the library makes."""
    return Webhook(secret).sign("1-123", datetime.fromtimestamp(sent_s, UTC), body.decode())


def headers(signature: str, *, sent_s: int = SENT_S) -> dict[str, str]:
    return {
        "webhook-id": "1-123",
        "webhook-timestamp": str(sent_s),
        "webhook-signature": signature,
    }


def test_a_webhook_is_an_event() -> None:
    told = verify_webhook(BODY, headers(sign()), SECRET, now_s=SENT_S)
    assert isinstance(told, models.AccountFrozenEvent)
    assert (told.id, told.data.owner) == ("1-123", "Zoë")


def test_names_of_headers_have_no_case() -> None:
    given = HTTPMessage()  # as http.server has them
    for name, value in headers(sign()).items():
        given[name.title()] = value
    assert verify_webhook(BODY, given, SECRET, now_s=SENT_S).id == "1-123"


def test_an_unknown_type_is_readable() -> None:
    body = json.dumps(event("account.frozen.v2", reason="audit")).encode()
    told = verify_webhook(body, headers(sign(body=body)), SECRET, now_s=SENT_S)
    assert isinstance(told, models.UnknownEvent)
    assert (told.type, told.data) == ("account.frozen.v2", {"reason": "audit"})


@pytest.mark.parametrize("secret", [SECRET.removeprefix("whsec_"), "whsec_c2VjcmV0MQ"])
def test_a_secret_may_lack_its_prefix_or_its_padding(secret: str) -> None:
    assert verify_webhook(BODY, headers(sign(secret)), secret, now_s=SENT_S).id == "1-123"


@pytest.mark.parametrize(
    ("signature", "secrets"),
    [
        pytest.param(f"{sign()} {sign(OTHER)}", [SECRET], id="signed by both, known to be the old"),
        pytest.param(f"{sign(OTHER)} {sign()}", [SECRET], id="signed by both, known to be the new"),
        pytest.param(sign(), [OTHER, SECRET], id="signed by one, both are known"),
        pytest.param(f"v1a,c29tZQ== {sign()}", [SECRET], id="signed in another version, too"),
    ],
)
def test_secrets_overlap_while_one_is_replaced(signature: str, secrets: list[str]) -> None:
    assert verify_webhook(BODY, headers(signature), *secrets, now_s=SENT_S).id == "1-123"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"webhook-id": "1-124"}, "no signature", id="another id"),
        pytest.param({"webhook-timestamp": f"{SENT_S + 1}"}, "no signature", id="another time"),
        pytest.param({"webhook-signature": sign(OTHER)}, "no signature", id="another secret"),
        pytest.param({"webhook-signature": "v1,"}, "no signature", id="an empty signature"),
        pytest.param(
            {"webhook-signature": sign().replace("v1,", "v2,")}, "no signature", id="a version"
        ),
        pytest.param({"webhook-signature": "v1,\udcff\xe9"}, "no signature", id="not ASCII"),
        pytest.param({"webhook-id": "\udcff"}, "no signature", id="an id that is not ASCII"),
        pytest.param({"webhook-timestamp": "today"}, "no number", id="no time"),
        pytest.param({"webhook-timestamp": f"{SENT_S}.5"}, "no number", id="half a second"),
        pytest.param({"webhook-timestamp": "١٢٣"}, "no number", id="foreign digits"),
        pytest.param({"webhook-id": ""}, "webhook-id is missing", id="no id"),
        pytest.param({"webhook-timestamp": ""}, "timestamp is missing", id="no timestamp"),
        pytest.param({"webhook-signature": ""}, "signature is missing", id="no signature"),
    ],
)
def test_what_the_bank_did_not_send_is_refused(change: dict[str, str], why: str) -> None:
    with pytest.raises(InvalidWebhook, match=why):
        verify_webhook(BODY, {**headers(sign()), **change}, SECRET, now_s=SENT_S)


def test_another_body_is_refused() -> None:
    with pytest.raises(InvalidWebhook, match="no signature"):
        verify_webhook(BODY + b" ", headers(sign()), SECRET, now_s=SENT_S)


def test_a_body_that_is_no_event_is_refused_and_not_shown() -> None:
    body = json.dumps({**event("account.frozen"), "data": "hunter2"}).encode()
    with pytest.raises(InvalidWebhook, match="no event") as raised:
        verify_webhook(body, headers(sign(body=body)), SECRET, now_s=SENT_S)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("after_s", "refusal"),
    [
        pytest.param(300, None, id="just in time"),
        pytest.param(301, "sent 301 seconds ago; 300 are tolerated", id="too late"),
        pytest.param(-300, None, id="a clock behind"),
        pytest.param(-301, "sent 301 seconds in the future", id="a clock too far behind"),
    ],
)
def test_an_old_webhook_is_not_taken_again(after_s: int, refusal: str | None) -> None:
    if refusal is None:
        assert verify_webhook(BODY, headers(sign()), SECRET, now_s=SENT_S + after_s)
        return
    with pytest.raises(InvalidWebhook, match=refusal):
        verify_webhook(BODY, headers(sign()), SECRET, now_s=SENT_S + after_s)


def test_the_library_agrees() -> None:
    """Both take and refuse the same, by the clock of the machine."""
    now_s = int(time.time())
    fresh, stale = now_s, now_s - 1000
    cases = [
        (headers(sign(sent_s=fresh), sent_s=fresh), SECRET, True),
        (headers(sign(OTHER, sent_s=fresh), sent_s=fresh), SECRET, False),
        (headers(f"{sign(OTHER, sent_s=fresh)} {sign(sent_s=fresh)}", sent_s=fresh), SECRET, True),
        (headers(sign(sent_s=stale), sent_s=stale), SECRET, False),
    ]
    for given, secret, is_valid in cases:
        if is_valid:
            assert Webhook(secret).verify(BODY, given)["id"] == "1-123"
            assert verify_webhook(BODY, given, secret).id == "1-123"
        else:
            with pytest.raises(WebhookVerificationError):
                Webhook(secret).verify(BODY, given)
            with pytest.raises(InvalidWebhook):
                verify_webhook(BODY, given, secret)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_hunter22!!!!", "Zoë"])
def test_a_secret_that_is_none_is_an_error_and_not_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_") as raised:
        verify_webhook(BODY, headers(sign()), secret, now_s=SENT_S)
    assert "hunter2" not in str(raised.value)


def test_a_secret_is_needed() -> None:
    with pytest.raises(ValueError, match="a secret is needed"):
        verify_webhook(BODY, headers(sign()), now_s=SENT_S)
