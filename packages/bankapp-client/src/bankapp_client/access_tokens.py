"""Verifies access tokens of the bank with its public keys, without asking it about each."""

import asyncio
import base64
import binascii
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pyseto
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bankapp_client.asynchronous import AsyncClient
from bankapp_client.generated.models import Role, TokenKeys
from bankapp_client.problem import ClientError
from bankapp_client.sync import Client

FRESH_S: Final = 300.0
KEPT_S: Final = 3600.0
UNKNOWN_KEY_INTERVAL_S: Final = 10.0
TOKEN_BYTES_MAX: Final = 1000


class InvalidToken(ClientError):
    """The text is no access token of the bank, or is over: refuse the request with status 401."""


class TokenHolder(BaseModel):
    """Who holds an access token, as the bank wrote when it made the token."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    username: str = Field(alias="sub")
    role: Role
    session_id: UUID = Field(alias="sid")
    issued_at: AwareDatetime = Field(alias="iat")
    expires_at: AwareDatetime = Field(alias="exp")


@dataclass(slots=True)
class _Ring:
    """The keys as the bank last listed them, and when it has to be asked again.

    Keys are asked for every five minutes, so that one that was taken from the ring counts no more,
    and at once for a token of a key that is not known, but not for each of many. While the bank
    does not answer, known keys count for an hour.
    """

    keys: Mapping[str, pyseto.KeyInterface] | None = None
    listed_at_s: float = 0.0
    asked_at_s: float = 0.0

    def is_due(self, key_id: str) -> bool:
        """Whether the bank is to be asked for the keys before a token is verified."""
        now_s = time.monotonic()
        if self.keys is None:
            return True
        interval_s = FRESH_S if key_id in self.keys else UNKNOWN_KEY_INTERVAL_S
        return now_s - max(self.asked_at_s, self.listed_at_s) >= interval_s

    def note(self, listed: TokenKeys) -> None:
        """Take the keys that the bank listed."""
        self.keys = {key.id: pyseto.Key.from_paserk(key.key) for key in listed.keys}
        self.listed_at_s = self.asked_at_s = time.monotonic()

    def note_failure(self, error: ClientError) -> None:
        """Go on with the known keys. Raises the error if there are none, or if they are old."""
        self.asked_at_s = time.monotonic()
        if self.keys is None or self.asked_at_s - self.listed_at_s >= KEPT_S:
            raise error

    def read(self, token: str) -> TokenHolder:
        """The holder of a token. Raises InvalidToken."""
        key = (self.keys or {}).get(_key_id(token))
        if key is None:
            raise InvalidToken("not signed with a key of the bank")
        try:
            payload = pyseto.decode(key, token).payload
            assert isinstance(payload, bytes)  # read by no deserializer
            claims: Any = json.loads(payload)
            if claims["use"] != "access":
                raise InvalidToken("made for another purpose")
            holder = TokenHolder.model_validate(claims)
        except (pyseto.PysetoError, ValidationError, ValueError, KeyError, TypeError):
            raise InvalidToken("not an access token of the bank") from None
        if holder.expires_at <= datetime.now(UTC):
            raise InvalidToken("expired")
        return holder


class TokenVerifier:
    """Verifies access tokens of the bank of a client, whose format is `paseto-public`.

    What it cannot know: whether the session has ended since the token was made, and whether the
    user was blocked or has another role now. A token says so for as long as it lasts, 15 minutes
    unless the bank's settings say otherwise; ask the bank where that is too long. Threads may share
    one.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ring = _Ring()
        self._asking = threading.Lock()

    def verify(self, token: str) -> TokenHolder:
        """The holder of a token. Raises InvalidToken, and ClientError where no key is known."""
        key_id = _key_id(token)
        if self._ring.is_due(key_id):
            with self._asking:
                if self._ring.is_due(key_id):
                    try:
                        self._ring.note(self._client.list_token_keys())
                    except ClientError as error:
                        self._ring.note_failure(error)
        return self._ring.read(token)


class AsyncTokenVerifier:
    """As TokenVerifier, for asyncio."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._ring = _Ring()
        self._asking = asyncio.Lock()

    async def verify(self, token: str) -> TokenHolder:
        """The holder of a token. Raises InvalidToken, and ClientError where no key is known."""
        key_id = _key_id(token)
        if self._ring.is_due(key_id):
            async with self._asking:
                if self._ring.is_due(key_id):
                    try:
                        self._ring.note(await self._client.list_token_keys())
                    except ClientError as error:
                        self._ring.note_failure(error)
        return self._ring.read(token)


def _key_id(token: str) -> str:
    """The id of the key that a token says has signed it. Raises InvalidToken."""
    version, _, rest = token.partition(".")
    purpose, _, rest = rest.partition(".")
    if len(token) > TOKEN_BYTES_MAX or (version, purpose) != ("v4", "public"):
        raise InvalidToken("no v4.public token")
    footer = rest.partition(".")[2]
    try:
        key_id = json.loads(base64.urlsafe_b64decode(footer + "=" * (-len(footer) % 4)))["kid"]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        raise InvalidToken("it names no key") from None
    if not isinstance(key_id, str):
        raise InvalidToken("it names no key")
    return key_id
