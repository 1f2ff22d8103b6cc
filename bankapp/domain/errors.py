"""Every refusal: the bank's answer to a request that it does not do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar, Final

from bankapp.domain import limits


class Sort(Enum):
    """The sorts of refusals. Each door maps a sort to a status of its own."""

    MALFORMED = auto()  # the request cannot be read
    INVALID = auto()  # it can be read, and can never succeed as it is
    UNAUTHENTICATED = auto()  # its sender is not known
    FORBIDDEN = auto()
    MISSING = auto()
    CONFLICT = auto()  # the state of the bank is against it
    LIMITED = auto()  # there were too many of its kind
    UNAVAILABLE = auto()  # the bank cannot answer now
    INTERNAL = auto()  # the bank made a mistake: of the request nothing is said


@dataclass(frozen=True)
class Violation:
    """A field of a request that is wrong, and the reason."""

    field: str
    message: str


class Refusal(Exception):
    """The bank does not do what a request asks for.

    `code` is stable and follows from the class's name. `retryable` says whether the same request
    may succeed when it is sent again. The docstring is the message and `remedy` the advice to the
    client; `detail` adds the particulars of one case.
    """

    sort: ClassVar[Sort]
    code: ClassVar[str]
    remedy: ClassVar[str]
    retryable: ClassVar[bool] = False
    # The request that was first answered so, where this is the same answer given again.
    replayed_request_id: str | None = None

    def __init_subclass__(cls, *, sort: Sort, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.sort = sort
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


class MalformedRequest(Refusal, sort=Sort.MALFORMED):
    """The request is not well-formed."""

    remedy = (
        "Send one JSON object in UTF-8, no name twice, with headers as HTTP has them; `detail` "
        "says what is wrong."
    )


class ValidationFailed(Refusal, sort=Sort.INVALID):
    """Some fields of the request are missing, unknown or out of their limits."""

    remedy = "Change the fields that `errors` names, as each message says."


class Unauthenticated(Refusal, sort=Sort.UNAUTHENTICATED):
    """A valid access token is needed."""

    remedy = (
        "Log in, and send the access token as `Authorization: Bearer …`; the session may have "
        "ended, too."
    )


class TokenExpired(Refusal, sort=Sort.UNAUTHENTICATED):
    """The token has expired; log in again."""

    remedy = "Take the refresh token for a new access token, or log in again."


class InvalidCredentials(Refusal, sort=Sort.UNAUTHENTICATED):
    """User name or password is wrong."""

    remedy = "Check both; have a forgotten password reset by mail."


class Forbidden(Refusal, sort=Sort.FORBIDDEN):
    """You may not do this."""

    remedy = (
        "Have somebody do it who may: the payee for a capture or a reversal, a banker, an admin; "
        "or have an admin change your role."
    )


class EmailNotVerified(Refusal, sort=Sort.FORBIDDEN):
    """Verify your e-mail address first."""

    remedy = "Follow the link in the mail that came at sign-up, or have it sent again."


class NotFound(Refusal, sort=Sort.MISSING):
    """It does not exist, or it is not yours."""

    remedy = "Check the path and each id and name in it, and that you are logged in as whose it is."


class UsernameTaken(Refusal, sort=Sort.CONFLICT):
    """Somebody has this user name already."""

    remedy = "Choose another user name."


class LastAdmin(Refusal, sort=Sort.CONFLICT):
    """The bank needs an admin who can log in, and this is the last one."""

    remedy = "Make somebody else an admin first."


class EmailTaken(Refusal, sort=Sort.CONFLICT):
    """Somebody has this e-mail address already."""

    remedy = "Log in as who has it, or give another address."


class AccountExists(Refusal, sort=Sort.CONFLICT):
    """You have an account in this currency already."""

    remedy = "Use that account: `GET /v1/accounts` lists it."


class TooManyAccounts(Refusal, sort=Sort.CONFLICT):
    """You have had as many accounts as one person may have, closed ones included."""

    remedy = "Use an account that you have: `GET /v1/accounts` lists them."


class SameAccount(Refusal, sort=Sort.INVALID):
    """An account cannot pay itself."""

    remedy = "Give two different accounts."


class CurrencyMismatch(Refusal, sort=Sort.INVALID):
    """Both accounts must be in the currency of the transfer."""

    remedy = "Pay in the currency that both accounts are in."


class AccountFrozen(Refusal, sort=Sort.CONFLICT):
    """One of the accounts is frozen."""

    remedy = "Ask the bank to thaw it."


class AccountClosed(Refusal, sort=Sort.CONFLICT):
    """One of the accounts is closed."""

    remedy = "Use another account, or open a new one; a closed one stays closed."


class InsufficientFunds(Refusal, sort=Sort.CONFLICT):
    """The account does not have that much available."""

    remedy = "Send no more than the account's `available_balance`, or bring money in first."


class BalanceLimitExceeded(Refusal, sort=Sort.CONFLICT):
    """The balance would pass the largest amount an account can hold."""

    remedy = f"Send less: an account holds at most {limits.AMOUNT_MAX} minor units."


class AccountNotEmpty(Refusal, sort=Sort.CONFLICT):
    """Only an account that is empty, and that no open hold names, can be closed."""

    remedy = (
        "Transfer away what is left, and capture or void the open holds on it and for it: "
        "`GET /v1/holds` lists them. Then close it."
    )


class HoldNotOpen(Refusal, sort=Sort.CONFLICT):
    """The hold has been captured or voided, or has expired."""

    remedy = "Look at the hold's `status`; if money is still owed, make a new hold or a transfer."


class CaptureExceedsHold(Refusal, sort=Sort.CONFLICT):
    """There is not that much left of the hold."""

    remedy = (
        "Capture no more than `amount` less `captured_amount`, or give no amount to capture "
        "all that is left."
    )


class NotReversible(Refusal, sort=Sort.CONFLICT):
    """A reversal cannot be reversed; make a new transfer."""

    remedy = "Make a transfer the other way."


class AlreadyReversed(Refusal, sort=Sort.CONFLICT):
    """All of the transfer has been reversed already."""

    remedy = "Nothing: the money is back."


class ReversalExceedsTransfer(Refusal, sort=Sort.CONFLICT):
    """There is not that much left of the transfer to reverse."""

    remedy = "Reverse less, or give no amount to reverse all that is left."


class RateNotHeld(Refusal, sort=Sort.CONFLICT):
    """The rate is not held: it was decided already, or needed no decision."""

    remedy = "Look at `GET /v1/rates`, whose `held` are the rates that wait for a decision."


class RateMissing(Refusal, sort=Sort.CONFLICT):
    """The bank has no exchange rate that this needs."""

    remedy = (
        "Ask in another currency; `GET /v1/rates` lists those that have a rate. An operator has "
        "the bank fetch rates."
    )


class RateTooOld(Refusal, sort=Sort.CONFLICT):
    """An exchange rate that this needs is too old."""

    remedy = (
        "Ask again when there is a newer rate: `GET /v1/rates` shows the age of each. Or ask in "
        "another currency."
    )


class TotalTooLarge(Refusal, sort=Sort.CONFLICT):
    """The total has more minor units than a number in JSON holds exactly."""

    remedy = "Ask in a currency whose minor unit is worth more."


class BatchRefused(Refusal, sort=Sort.CONFLICT):
    """Another transfer of the batch was refused, and so the batch made none."""

    remedy = (
        "Find the other refusal among the results, put that transfer right, and send the batch "
        "again."
    )


class IdempotencyKeyReused(Refusal, sort=Sort.INVALID):
    """The idempotency key stands for another request, or for another transfer of the batch."""

    remedy = "Give a new request a new key; to repeat the old one, send exactly what was sent."


class WeakPassword(Refusal, sort=Sort.INVALID):
    """The password is too easy to guess."""

    remedy = (
        "Choose a longer one: several words that have nothing to do with each other or with you."
    )


class RateLimited(Refusal, sort=Sort.LIMITED):
    """Too many tries; wait a while."""

    remedy = "Wait as many seconds as `Retry-After` says."
    retryable = True

    def __init__(self, detail: str | None = None, *, retry_after_s: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(Refusal, sort=Sort.UNAVAILABLE):
    """The bank cannot answer now; what was asked may or may not have happened."""

    remedy = (
        "Wait as `Retry-After` says and send the same request again; under its "
        "`Idempotency-Key` nothing is done twice."
    )
    retryable = True
    # Nothing has happened because of this one request: others of its batch may succeed.
    is_undone: bool = False

    @classmethod
    def undone(cls) -> "Unavailable":
        """One of which it is known that nothing has happened: a lock was not to be had, say."""
        refusal = cls("The bank cannot do that now; nothing has happened.")
        refusal.is_undone = True
        return refusal

    @classmethod
    def read_only(cls) -> "Unavailable":
        """The refusal of a write by a database that can only be read for now."""
        return cls("The bank can only be read at the moment; nothing has happened.")


class FeedRewound(Refusal, sort=Sort.CONFLICT):
    """The bank's database was set back, and the place in the feed is of what was lost."""

    remedy = (
        "Read the feed from its beginning, or from a place that you choose, and compare what you "
        "have: events after the bank's backup are gone, and others may have happened since."
    )


class TooManyWebhooks(Refusal, sort=Sort.CONFLICT):
    """You have as many webhooks as one customer may have."""

    remedy = "Delete a webhook, or change the URL of one: `GET /v1/webhooks` lists them."


class ReplayInProgress(Refusal, sort=Sort.CONFLICT):
    """Earlier events are being sent once more, and that is not over yet."""

    remedy = "Wait until the webhook's `replay` is null; delete the webhook if it must not go on."


class InternalError(Refusal, sort=Sort.INTERNAL):
    """The bank made a mistake; it is logged under the request's id."""

    remedy = (
        "Tell the bank the `request_id`; under its `Idempotency-Key` the same request can be "
        "sent again without harm."
    )


# Those that an operation or any door may answer with; a door has a few more of its own.
REFUSALS: Final[dict[str, type[Refusal]]] = {
    refusal.code: refusal for refusal in Refusal.__subclasses__()
}
