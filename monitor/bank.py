"""The bank, asked as a banker who logs in again when the session has ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from bankapp_client import (
    AsyncClient,
    ClientError,
    Problem,
    Retries,
    Tokens,
    UnexpectedAnswer,
    Unreachable,
    problems,
)
from bankapp_client.access_tokens import AsyncTokenVerifier, InvalidToken
from monitor.settings import Settings

Result = TypeVar("Result")

# The loops of the monitor try again by themselves, and tell meanwhile what is wrong.
RETRIES: Final = Retries(count_max=1)
_BANKERS: Final = ("banker", "admin")
_SESSION_ENDED: Final = (problems.TokenExpired, problems.Unauthenticated)


class LogInError(ClientError):
    """The monitor cannot log in; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The name of a banker, and the password or the file that holds it."""

    username: str
    password: str | None
    password_file: Path

    @classmethod
    def of(cls, settings: Settings) -> "Credentials":
        """Those of the settings."""
        password = settings.bank_password
        return cls(
            settings.bank_username,
            None if password is None else password.get_secret_value(),
            settings.bank_password_file,
        )

    def read_password(self) -> str:
        """The password. Raises LogInError."""
        if self.password is not None:
            return self.password
        try:
            return self.password_file.read_text().strip()
        except (OSError, UnicodeDecodeError):
            raise LogInError(
                f"{self.password_file} cannot be read: start the bank, which writes it, or set "
                "MONITOR_BANK_PASSWORD"
            ) from None


class Bank:
    """One session with the bank, which all tasks of the monitor share."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._client = AsyncClient(url, retries=RETRIES)
        self._credentials = credentials
        self._verifier = AsyncTokenVerifier(self._client)
        self._logging_in = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.close()

    async def ask(self, question: Callable[[AsyncClient], Awaitable[Result]]) -> Result:
        """The answer to a question, asked again after a login where the session has ended.

        Raises ClientError.
        """
        used = await self.log_in(None)
        try:
            return await question(self._client)
        except _SESSION_ENDED:
            await self.log_in(used)
            return await question(self._client)

    async def access_token(self) -> str:
        """The access token of the session. Raises ClientError."""
        return (await self.log_in(None)).access_token

    async def is_of_banker(self, token: str) -> bool:
        """Whether it is the access token of a banker, as far as a token tells.

        Raises ClientError where the public keys are not known.
        """
        try:
            return (await self._verifier.verify(token)).role in _BANKERS
        except InvalidToken:
            return False

    async def renew(self) -> None:
        """Make sure that the session is open and its token good. Raises ClientError."""
        await self.ask(lambda client: client.get_user(self._credentials.username))

    async def log_in(self, ended: Tokens | None) -> Tokens:
        """The tokens of the session, of a new one if there is none or it is the one that has ended.

        Raises ClientError.
        """
        async with self._logging_in:
            tokens = self._client.tokens
            if tokens is not None and tokens is not ended:
                return tokens
            known = self._credentials
            answer = await self._client.log_in(
                username=known.username, password=known.read_password()
            )
            if answer.user.role not in _BANKERS:
                # Customers are told of their own events only, and nobody would notice.
                await self._client.log_out()
                raise LogInError(f"the user {known.username} of the bank is no banker")
            tokens = self._client.tokens
            assert tokens is not None
            return tokens


def describe(error: ClientError) -> str:
    """What is wrong, for the page and the log: never what the bank or somebody else has written."""
    match error:
        case LogInError():
            return str(error)
        case problems.InvalidCredentials():
            return "the bank does not know MONITOR_BANK_USERNAME with this password"
        case Unreachable():
            return "the bank does not answer"
        case UnexpectedAnswer():
            return "the bank answers what this monitor cannot read: it may be too old"
        case Problem():
            return f"the bank refuses: {error.code}"
        case _:
            return "the bank cannot be asked"
