"""JWT, signed with HMAC-SHA256, with a ring of keys."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from bankapp.auth.paseto import KEY_BYTES, PublicKey

_ALGORITHM: Final = "HS256"


class JwtCodec:
    """Signs with the newest key and verifies with every key; the header names the key."""

    public_keys: Sequence[PublicKey] = ()

    def __init__(self, keys: Sequence[bytes]) -> None:
        assert keys
        assert all(len(key) == KEY_BYTES for key in keys)
        ring = [OctKey.import_key(key) for key in keys]
        # By the exact text of the header, so that a token cannot choose its algorithm.
        self._ring = {_sign(key, {}).partition(".")[0]: key for key in ring}
        self._newest = ring[0]

    def encode(self, claims: Mapping[str, Any]) -> str:
        """The text that carries the claims; `exp` is a datetime of whole seconds."""
        written = dict(claims)
        if "exp" in written:
            written["exp"] = int(written["exp"].timestamp())
        return _sign(self._newest, written)

    def decode(self, text: str) -> dict[str, Any]:
        """The claims of a token of this ring, expired or not. Raises ValueError."""
        try:
            header, _, _ = text.partition(".")
            claims = jwt.decode(text, self._ring[header], algorithms=[_ALGORITHM]).claims
            if "exp" in claims:
                claims["exp"] = datetime.fromtimestamp(claims["exp"], UTC)
        except (JoseError, KeyError, TypeError, OverflowError, OSError) as error:
            raise ValueError("not a token of this ring") from error
        return claims


def _sign(key: OctKey, claims: dict[str, Any]) -> str:
    header = {"alg": _ALGORITHM, "kid": key.thumbprint(), "typ": "JWT"}
    return jwt.encode(header, claims, key, algorithms=[_ALGORITHM])
