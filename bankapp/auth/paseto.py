"""PASETO v4.local: encrypted and authenticated, with a ring of keys."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import pyseto

KEY_BYTES: Final = 32


class PasetoCodec:
    """Encrypts with the newest key and decrypts with every key; the footer names the key."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        assert keys
        assert all(len(key) == KEY_BYTES for key in keys)
        # By the exact text of the footer, so that nothing is parsed before it is authenticated.
        ring = [pyseto.Key.new(version=4, purpose="local", key=key) for key in keys]
        self._ring = {encode_base64url(_footer(key)): key for key in ring}
        self._newest = ring[0]

    def encode(self, claims: Mapping[str, Any]) -> str:
        """The text that carries the claims; `exp` is a datetime."""
        written = dict(claims)
        if "exp" in written:
            written["exp"] = written["exp"].isoformat()
        footer = _footer(self._newest)
        return pyseto.encode(self._newest, written, footer=footer, serializer=json).decode()

    def is_of_newest(self, text: str) -> bool:
        """Whether a token says that the newest key has encrypted it."""
        return text.rpartition(".")[2] == encode_base64url(_footer(self._newest))

    def decode(self, text: str) -> dict[str, Any]:
        """The claims of a token of this ring, expired or not. Raises ValueError."""
        try:
            claims: dict[str, Any] = json.loads(self._decrypt(text))
            if "exp" in claims:
                claims["exp"] = datetime.fromisoformat(claims["exp"])
        except (pyseto.PysetoError, KeyError, TypeError) as error:
            raise ValueError("not a token of this ring") from error
        return claims

    def _decrypt(self, text: str) -> bytes:
        # pyseto accepts several spellings of the same bytes, and tries the keys of a list one by
        # one. Here a token has exactly one text, and its footer names its key. Without a
        # deserializer pyseto does not check `exp`: the caller does, for both formats.
        version, purpose, body, footer = text.split(".")
        if f"{version}.{purpose}" != "v4.local":
            raise ValueError("another kind of token")
        require_canonical(body)
        payload = pyseto.decode(self._ring[footer], text).payload
        assert isinstance(payload, bytes)  # read by no deserializer
        return payload


def encode_base64url(data: bytes) -> str:
    """The text of the bytes in base64url, without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def require_canonical(part: str) -> None:
    """Raise ValueError unless `part` is the canonical base64url of its bytes."""
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if encode_base64url(data) != part:
        raise ValueError("not canonical")


def _footer(key: pyseto.KeyInterface) -> bytes:
    return json.dumps({"kid": key.to_paserk_id()}).encode()
