"""Tokens of a session, in any format."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, Protocol, TypeAlias

from bankapp import tuning
from bankapp.auth.jwt import JwtCodec
from bankapp.auth.paseto import PasetoCodec, PublicKey, PublicPasetoCodec
from bankapp.domain import errors, limits
from bankapp.domain.roles import Role

TokenFormat: TypeAlias = Literal["paseto", "paseto-public", "jwt"]


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
class Holder:
    """The holder of a token, as those are told who verify it without asking the bank."""

    username: str
    role: Role


@dataclass(frozen=True, slots=True)
class Token:
    """A new token, as its bearer gets it."""

    text: str
    claims: Claims
    expires_at: datetime
    lifetime: timedelta


class Codec(Protocol):
    """A format of tokens: writes claims with the newest key of a ring, and reads them back.

    With `public_keys` others can verify and read them; there are none where only the bank can.
    """

    @property
    def public_keys(self) -> Sequence[PublicKey]: ...

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

    @property
    def public_keys(self) -> Sequence[PublicKey]:
        """The keys that verify the tokens, newest first; none where only the bank can."""
        return self._codec.public_keys

    @property
    def duration(self) -> timedelta:
        """The lifetime of a token."""
        return self._duration

    def create(
        self,
        session_id: uuid.UUID,
        token_id: uuid.UUID | None = None,
        *,
        holder: Holder | None = None,
    ) -> Token:
        """A new token for the session, with an id of its own unless one is given.

        The holder is named in tokens that others can verify; the bank itself asks the session.
        """
        claims = Claims(session_id, token_id or uuid.uuid4())
        now = datetime.now(UTC).replace(microsecond=0)
        expires_at = now + self._duration
        written: dict[str, Any] = {
            "sid": str(claims.session_id),
            "use": self._purpose.value,
            "jti": str(claims.token_id),
            "exp": expires_at,
        }
        if holder is not None and self.public_keys:
            written |= {"sub": holder.username, "role": holder.role.value, "iat": now}
        return Token(self._codec.encode(written), claims, expires_at, self._duration)

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


def create_codec(form: TokenFormat, purpose: Purpose, keys: Sequence[bytes]) -> Codec:
    """The format of that name. Nobody but the bank verifies a refresh token, whatever the form."""
    if form == "jwt":
        return JwtCodec(keys)
    if form == "paseto-public" and purpose is Purpose.ACCESS:
        return PublicPasetoCodec(keys)
    return PasetoCodec(keys)


def bearer_token(authorization: str) -> str | None:
    """The token in the credentials that a client sends (RFC 6750); None where there is none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


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
