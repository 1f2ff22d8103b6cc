"""Access tokens: PASETO v4.local, encrypted and authenticated, with a ring of keys."""

import base64
import binascii
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pyseto

from bankapp.domain import errors, limits

KEY_BYTES = 32
_PURPOSE = "access"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as handed to its bearer; it stands for a session."""

    text: str
    expires_at: datetime
    lifetime: timedelta


class TokenMaker(Protocol):
    """Makes tokens and reads them back."""

    def create(self, session_id: uuid.UUID) -> AccessToken:
        """A fresh token for the session."""
        ...

    def verify(self, text: str) -> uuid.UUID:
        """The session of a token. Raises Unauthenticated, TokenExpired."""
        ...


class PasetoTokenMaker:
    """PASETO v4.local. The newest key encrypts, every key decrypts; the footer names the key."""

    def __init__(self, keys: Sequence[bytes], duration: timedelta) -> None:
        assert keys
        assert all(len(key) == KEY_BYTES for key in keys)
        # By its footer, in the one spelling that is ours: nothing unproved is ever parsed.
        ring = [pyseto.Key.new(version=4, purpose="local", key=key) for key in keys]
        self._ring = {_encode(_footer(key)): key for key in ring}
        self._newest = ring[0]
        self._duration = duration

    def create(self, session_id: uuid.UUID) -> AccessToken:
        """A fresh token for the session."""
        expires_at = datetime.now(UTC) + self._duration
        claims = {
            "sid": str(session_id),
            "use": _PURPOSE,
            "jti": str(uuid.uuid4()),
            "exp": expires_at.isoformat(),
        }
        token = pyseto.encode(self._newest, claims, footer=_footer(self._newest), serializer=json)
        return AccessToken(token.decode(), expires_at, self._duration)

    def verify(self, text: str) -> uuid.UUID:
        """The session of a token. Raises Unauthenticated, TokenExpired."""
        try:
            claims = self._decrypt(text)
            expires_at = datetime.fromisoformat(claims["exp"])
            session_id = uuid.UUID(claims["sid"])
            purpose = claims["use"]
        except (pyseto.PysetoError, ValueError, KeyError, TypeError):
            raise errors.Unauthenticated from None
        if purpose != _PURPOSE:
            raise errors.Unauthenticated
        if expires_at <= datetime.now(UTC):
            raise errors.TokenExpired
        return session_id

    def _decrypt(self, text: str) -> dict[str, Any]:
        # pyseto accepts other spellings of the same bytes, and picks keys from a list by trial: one
        # token shall have one text, and the footer shall name its key. It would not check `exp`
        # without a deserializer, so expiry is checked by ourselves.
        if len(text) > limits.TOKEN_BYTES_MAX:
            raise ValueError("too long")
        version, purpose, body, footer = text.split(".")
        if f"{version}.{purpose}" != "v4.local":
            raise ValueError("another kind of token")
        _canonical_bytes(body)
        key = self._ring[footer]
        payload = pyseto.decode(key, text).payload
        assert isinstance(payload, bytes)  # read by no deserializer
        claims: dict[str, Any] = json.loads(payload)
        return claims


def _footer(key: pyseto.KeyInterface) -> bytes:
    return json.dumps({"kid": key.to_paserk_id()}).encode()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _canonical_bytes(part: str) -> bytes:
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if _encode(data) != part:
        raise ValueError("not canonical")
    return data
