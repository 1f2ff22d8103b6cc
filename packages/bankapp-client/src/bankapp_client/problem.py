"""What can go wrong between a program and the bank."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from bankapp_client.call import Model


class ClientError(Exception):
    """Anything that this client raises."""


class Unreachable(ClientError):
    """No answer came; what was asked may or may not have happened."""


class UnexpectedAnswer(ClientError):
    """The answer is not one of this bank: something stands between, or the client is too old."""


@dataclass(frozen=True)
class Violation:
    """One thing wrong with a request: which field, and what is wrong with it."""

    field: str
    message: str


class ProblemDocument(Model):
    """A problem as it is sent (RFC 9457)."""

    status: int
    code: str
    title: str
    detail: str
    request_id: str
    retryable: bool
    violations: tuple[Violation, ...] = Field(default=(), alias="errors")


class Problem(ClientError):
    """The bank did not do what it was asked. There is a class for each `code`.

    `retryable` says whether it is worth a try to send the very same request again; `request_id`
    finds the request in the bank's logs.
    """

    code: ClassVar[str] = ""

    def __init__(self, document: ProblemDocument) -> None:
        self.status = document.status
        self.title = document.title
        self.detail = document.detail
        self.violations = document.violations
        self.request_id = document.request_id
        self.retryable = document.retryable
        wrong = "".join(f"; {wrong.field}: {wrong.message}" for wrong in document.violations)
        super().__init__(f"{document.code}: {document.detail}{wrong}")
