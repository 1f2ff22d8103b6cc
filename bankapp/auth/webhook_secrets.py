"""Secrets of webhooks: random, shown once, and stored encrypted, because the bank signs with them.

Standard Webhooks 1.0: `whsec_` and 24 to 64 bytes in base64; the signature is an HMAC-SHA256 of
the id, the time and the body.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from bankapp.auth.sealing import Sealer
from bankapp.domain import limits

PREFIX: Final = "whsec_"


class SecretMaker:
    """Makes secrets. A ring of keys seals them, so that the database reveals none."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._sealer = Sealer(keys, "webhook")

    def create(self) -> str:
        """A fresh secret, sealed."""
        data = secrets.token_bytes(limits.WEBHOOK_SECRET_BYTES)
        return self._sealer.seal(PREFIX + base64.b64encode(data).decode())

    def open(self, sealed: str) -> str:
        """The secret that was sealed. Raises ValueError."""
        return self._sealer.open(sealed)

    def reseal(self, sealed: str) -> str:
        """The same secret under the newest key; unchanged if it is already. Raises ValueError."""
        return self._sealer.reseal(sealed)


def sign(secrets_in_use: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: a signature by each secret."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets_in_use)


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
