"""Every refusal: what the bank answers instead of doing what it was asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Violation:
    """One thing wrong with a request: which field, and what is wrong with it."""

    field: str
    message: str


class Refusal(Exception):
    """The bank does not do what it was asked.

    `code` is stable and follows from the class's name. `retryable` says whether it is worth a
    try to send the very same request again. The docstring is the message; `detail` adds what this
    one case knows.
    """

    code: ClassVar[str]
    retryable: ClassVar[bool] = False
    # The request that was first answered so, where this is the same answer given again.
    replayed_request_id: str | None = None

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in vars(cls):
            cls.code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, detail: str | None = None, violations: Sequence[Violation] = ()) -> None:
        self.detail = detail or self.message()
        self.violations = tuple(violations)
        super().__init__(self.detail)

    @classmethod
    def message(cls) -> str:
        """The docstring on one line."""
        return " ".join((cls.__doc__ or "").split())


class MalformedRequest(Refusal):
    """The request is not well-formed."""


class ValidationFailed(Refusal):
    """Some fields of the request are missing, unknown or out of their limits."""


class Unauthenticated(Refusal):
    """A valid access token is needed."""


class TokenExpired(Refusal):
    """The token has expired; log in again."""


class InvalidCredentials(Refusal):
    """User name or password is wrong."""


class Forbidden(Refusal):
    """Your role may not do this."""


class EmailNotVerified(Refusal):
    """Verify your e-mail address first."""


class NotFound(Refusal):
    """It does not exist, or it is not yours."""


class UsernameTaken(Refusal):
    """Somebody has this user name already."""


class EmailTaken(Refusal):
    """Somebody has this e-mail address already."""


class AccountExists(Refusal):
    """You have an account in this currency already."""


class SameAccount(Refusal):
    """An account cannot pay itself."""


class CurrencyMismatch(Refusal):
    """Both accounts must be in the currency of the transfer."""


class AccountFrozen(Refusal):
    """One of the accounts is frozen."""


class AccountClosed(Refusal):
    """One of the accounts is closed."""


class InsufficientFunds(Refusal):
    """The account does not hold that much."""


class BalanceLimitExceeded(Refusal):
    """The balance would pass the largest amount an account can hold."""


class AccountNotEmpty(Refusal):
    """Only an account that holds nothing, with no open hold on it, can be closed."""


class HoldNotOpen(Refusal):
    """The hold has been captured or voided, or has expired."""


class CaptureExceedsHold(Refusal):
    """There is not that much left of the hold."""


class NotReversible(Refusal):
    """A reversal cannot be reversed; make a new transfer."""


class AlreadyReversed(Refusal):
    """All of the transfer has been reversed already."""


class ReversalExceedsTransfer(Refusal):
    """There is not that much left of the transfer to reverse."""


class StatementTooLarge(Refusal):
    """The account moved too often in this month for one statement; list its entries instead."""


class BatchRefused(Refusal):
    """Another transfer of the batch was refused, and so none was made."""


class IdempotencyKeyReused(Refusal):
    """The idempotency key stands for another request."""


class WeakPassword(Refusal):
    """The password is too easy to guess."""


class RateLimited(Refusal):
    """Too many tries; wait a while."""

    retryable = True

    def __init__(self, detail: str | None = None, *, retry_after_s: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(Refusal):
    """The bank cannot answer now; what was asked may or may not have happened."""

    retryable = True
    is_undone: bool = False

    @classmethod
    def undone(cls) -> "Unavailable":
        """One of which it is known that nothing has happened: a lock was not to be had, say."""
        refusal = cls("The bank cannot do that now; nothing has happened.")
        refusal.is_undone = True
        return refusal
