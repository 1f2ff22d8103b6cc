"""The exceptions of the client."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from bankapp_client.call import Model


class ClientError(Exception):
    """The base of every exception of this client."""


class Unreachable(ClientError):
    """No answer arrived. The bank may or may not have done the call."""


class UnexpectedAnswer(ClientError):
    """The answer is not one of this bank: a proxy answered, or the client is too old."""


@dataclass(frozen=True)
class Violation:
    """A field of a request that is wrong, and why."""

    field: str
    message: str


class ProblemDocument(Model):
    """A problem document (RFC 9457)."""

    status: int
    code: str
    title: str
    detail: str
    request_id: str
    retryable: bool
    violations: tuple[Violation, ...] = Field(default=(), alias="errors")


class Problem(ClientError):
    """The bank refused. `problems` has a class for each `code`.

    `retryable` says whether the same request may succeed later; `request_id` finds the request in
    the bank's logs.
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
