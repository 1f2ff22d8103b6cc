"""Verifies webhooks of the bank, which are signed as Standard Webhooks 1.0 says."""

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bankapp_client.generated.models import AnyEvent
from bankapp_client.problem import ClientError

TOLERANCE_S: Final = 300
_PREFIX: Final = "whsec_"
_EVENT: Final[TypeAdapter[AnyEvent]] = TypeAdapter(
    AnyEvent, config=ConfigDict(hide_input_in_errors=True)
)


class InvalidWebhook(ClientError):
    """The request is not a webhook of the bank: refuse it with status 400."""


class Headers(Protocol):
    """The headers of a request, in whatever case they came."""

    def items(self) -> Iterable[tuple[str, str]]: ...


def verify_webhook(
    body: bytes,
    headers: Headers,
    *secrets: str,
    tolerance_s: float = TOLERANCE_S,
    now_s: float | None = None,
) -> AnyEvent:
    """The event that a webhook tells of, once its signature is verified.

    `body` are the bytes as they arrived. While a secret is replaced, pass the new and the old one.
    An attempt that was sent more than `tolerance_s` seconds before or after `now_s`, the time in
    seconds since 1970, is refused.

    Raises InvalidWebhook, and ValueError for a secret that is none.
    """
    keys = [_key(secret) for secret in secrets]
    if not keys:
        raise ValueError("a secret is needed")
    lowered = {name.lower(): value for name, value in headers.items()}
    webhook_id, timestamp, signatures = (
        _header(lowered, name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    _check_time(timestamp, time.time() if now_s is None else now_s, tolerance_s)
    # Servers decode headers in several ways; what is not ASCII was not sent by the bank.
    signed = f"{webhook_id}.{timestamp}.".encode(errors="replace") + body
    expected = [_signature(key, signed) for key in keys]
    given = [signature.encode(errors="replace") for signature in signatures.split(" ")]
    if not any(hmac.compare_digest(one, other) for one in expected for other in given):
        raise InvalidWebhook("no signature in webhook-signature is right for a secret")
    try:
        return _EVENT.validate_json(body)
    except ValidationError as error:
        raise InvalidWebhook(f"the body is no event: {error}") from error


def _key(secret: str) -> bytes:
    encoded = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if not key:
        # The secret itself must not end in a log.
        raise ValueError(f"a secret is `{_PREFIX}` and base64") from None
    return key


def _header(headers: Mapping[str, str], name: str) -> str:
    if not (value := headers.get(name)):
        raise InvalidWebhook(f"the header {name} is missing")
    return value


def _check_time(timestamp: str, now_s: float, tolerance_s: float) -> None:
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise InvalidWebhook("webhook-timestamp is no number of seconds")
    age_s = now_s - int(timestamp)
    if abs(age_s) > tolerance_s:
        direction = "ago" if age_s > 0 else "in the future"
        raise InvalidWebhook(
            f"sent {abs(age_s):.0f} seconds {direction}; {tolerance_s:.0f} are tolerated"
        )


def _signature(key: bytes, signed: bytes) -> bytes:
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return b"v1," + base64.b64encode(digest)
