"""Tokens of a session, in either format."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, Protocol

from bankapp import tuning
from bankapp.auth.jwt import JwtCodec
from bankapp.auth.paseto import PasetoCodec
from bankapp.domain import errors, limits


class Purpose(StrEnum):
    """The purpose of a token; a token serves only the purpose that it was made for."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Claims:
    """The content of a token: the id of its session, and its own id."""

    session_id: uuid.UUID
    token_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Token:
    """A new token, as its bearer gets it."""

    text: str
    claims: Claims
    expires_at: datetime
    lifetime: timedelta


class Codec(Protocol):
    """A format of tokens: writes claims with the newest key of a ring, and reads them back."""

    def encode(self, claims: Mapping[str, Any]) -> str:
        """The text that carries the claims; `exp` is a datetime of whole seconds."""
        ...

    def decode(self, text: str) -> dict[str, Any]:
        """The claims of a token of the ring, expired or not. Raises ValueError."""
        ...


class TokenMaker:
    """Makes tokens for one purpose and reads them back."""

    def __init__(self, codec: Codec, purpose: Purpose, duration: timedelta) -> None:
        self._codec = codec
        self._purpose = purpose
        self._duration = duration
        # Decryption costs more than the rest of a small request. The content of a text never
        # changes, so it is cached; its expiry and its session are checked each time.
        self._read = lru_cache(maxsize=tuning.TOKEN_CACHE_COUNT_MAX)(self._decode)

    def create(self, session_id: uuid.UUID, token_id: uuid.UUID | None = None) -> Token:
        """A new token for the session, with an id of its own unless one is given."""
        claims = Claims(session_id, token_id or uuid.uuid4())
        expires_at = datetime.now(UTC).replace(microsecond=0) + self._duration
        text = self._codec.encode(
            {
                "sid": str(claims.session_id),
                "use": self._purpose.value,
                "jti": str(claims.token_id),
                "exp": expires_at,
            }
        )
        return Token(text, claims, expires_at, self._duration)

    def verify(self, text: str) -> Claims:
        """The claims of a token. Raises Unauthenticated, TokenExpired."""
        claims, expires_at = self._read(text)
        if expires_at <= datetime.now(UTC):
            raise errors.TokenExpired
        return claims

    def _decode(self, text: str) -> tuple[Claims, datetime]:
        try:
            if len(text) > limits.TOKEN_BYTES_MAX:
                raise ValueError("too long")
            found = self._codec.decode(text)
            claims = Claims(uuid.UUID(found["sid"]), uuid.UUID(found["jti"]))
            if found["use"] != self._purpose:
                raise ValueError("made for another purpose")
            expires_at = found["exp"]
            if not isinstance(expires_at, datetime):
                raise TypeError("expires at no time")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise errors.Unauthenticated from None
        return claims, expires_at


def create_codec(form: Literal["paseto", "jwt"], keys: Sequence[bytes]) -> Codec:
    """The format of that name."""
    return PasetoCodec(keys) if form == "paseto" else JwtCodec(keys)


def next_token_id(used_id: uuid.UUID) -> uuid.UUID:
    """The id of the token that replaces this one, the same whenever it is asked for.

    So a renewal can be repeated though nothing of its answer is kept. An id is no secret: a token
    is made with a key of the ring, and the id of the first one is random.
    """
    return uuid.UUID(bytes=hashlib.sha256(b"the token after " + used_id.bytes).digest()[:16])


def hash_renewal(used_id: uuid.UUID, user_agent: str) -> bytes:
    """The stored hash of a renewal: of the token that was used, and of the client that used it."""
    return hashlib.sha256(used_id.bytes + user_agent.encode()).digest()


def hash_token_id(token_id: uuid.UUID) -> bytes:
    """The stored hash of a token: of its id, because its text could have another spelling."""
    return hashlib.sha256(token_id.bytes).digest()
