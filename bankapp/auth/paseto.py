"""PASETO v4 with a ring of keys: local is encrypted, public is signed for others to verify."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import pyseto
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_BYTES: Final = 32
_TIMES: Final = ("exp", "iat")


class PublicKey(NamedTuple):
    """A key that verifies tokens, and its id, both as PASERK (`k4.public.…`, `k4.pid.…`)."""

    id: str
    text: str


class _Codec:
    """Writes with the newest key and reads with every key; the footer names the key."""

    def __init__(
        self, purpose: str, newest: pyseto.KeyInterface, readers: Sequence[pyseto.KeyInterface]
    ) -> None:
        self._header = f"v4.{purpose}"
        # By the exact text of the footer, so that nothing is parsed before it is authenticated.
        self._ring = {encode_base64url(_footer(key)): key for key in readers}
        self._newest = newest
        self._newest_footer = _footer(readers[0])

    def encode(self, claims: Mapping[str, Any]) -> str:
        """The text that carries the claims; `exp` and `iat` are datetimes."""
        written = dict(claims)
        for name in _TIMES:
            if name in written:
                written[name] = written[name].isoformat()
        footer = self._newest_footer
        return pyseto.encode(self._newest, written, footer=footer, serializer=json).decode()

    def is_of_newest(self, text: str) -> bool:
        """Whether a token says that the newest key has made it."""
        return text.rpartition(".")[2] == encode_base64url(self._newest_footer)

    def decode(self, text: str) -> dict[str, Any]:
        """The claims of a token of this ring, expired or not. Raises ValueError."""
        try:
            claims: dict[str, Any] = json.loads(self._authenticated(text))
            for name in _TIMES:
                if name in claims:
                    claims[name] = datetime.fromisoformat(claims[name])
        except (pyseto.PysetoError, KeyError, TypeError) as error:
            raise ValueError("not a token of this ring") from error
        return claims

    def _authenticated(self, text: str) -> bytes:
        # pyseto accepts several spellings of the same bytes, and tries the keys of a list one by
        # one. Here a token has exactly one text, and its footer names its key. Without a
        # deserializer pyseto does not check `exp`: the caller does, for every format.
        version, purpose, body, footer = text.split(".")
        if f"{version}.{purpose}" != self._header:
            raise ValueError("another kind of token")
        require_canonical(body)
        payload = pyseto.decode(self._ring[footer], text).payload
        assert isinstance(payload, bytes)  # read by no deserializer
        return payload


class PasetoCodec(_Codec):
    """v4.local: encrypted and authenticated, so that nobody but the bank reads it."""

    public_keys: Sequence[PublicKey] = ()

    def __init__(self, keys: Sequence[bytes]) -> None:
        ring = [pyseto.Key.new(version=4, purpose="local", key=key) for key in _checked(keys)]
        super().__init__("local", ring[0], ring)


class PublicPasetoCodec(_Codec):
    """v4.public: signed with Ed25519, so that everybody can verify it, and read it.

    The signing keys are derived from those of the ring, which encrypt.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        ring = [_public_key(_signing_seed(key)) for key in _checked(keys)]
        newest = pyseto.Key.from_asymmetric_key_params(4, d=_signing_seed(keys[0]))
        super().__init__("public", newest, ring)
        self.public_keys = [PublicKey(key.to_paserk_id(), key.to_paserk()) for key in ring]


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


def _checked(keys: Sequence[bytes]) -> Sequence[bytes]:
    assert keys
    assert all(len(key) == KEY_BYTES for key in keys)
    return keys


def _signing_seed(key: bytes) -> bytes:
    """The seed of Ed25519 that belongs to a key; it tells nothing of the key."""
    return hashlib.blake2b(key=key, person=b"v4.public", digest_size=KEY_BYTES).digest()


def _public_key(seed: bytes) -> pyseto.KeyInterface:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    x = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return pyseto.Key.from_asymmetric_key_params(4, x=x)


def _footer(key: pyseto.KeyInterface) -> bytes:
    return json.dumps({"kid": key.to_paserk_id()}).encode()
