"""A request to the bank before it is sent."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final, Generic, TypeVar, cast
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_jsonable_python

Result = TypeVar("Result")
Item = TypeVar("Item")

_WITH_BODY: Final = ("POST", "PUT", "PATCH")
_REPEATABLE: Final = ("GET", "PUT")


class Model(BaseModel):
    """A request or an answer. Fields that a newer bank adds to an answer are ignored."""

    # An answer that does not validate may hold tokens, and its error ends in logs.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Page(Model, Generic[Item]):
    """One page of a list, newest first; `next_cursor` leads to the next."""

    items: list[Item]
    next_cursor: str | None


def new_key() -> str:
    """A random idempotency key."""
    return secrets.token_urlsafe(18)


def nothing(_: bytes) -> None:
    """Read an answer without a body."""


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[Result]):
    """One thing to ask of the bank: its name, its method and path, and how an answer is read.

    `is_public` means that no access token is sent, `takes_key` that a call has an idempotency key.
    """

    name: str
    method: str
    path: str
    read: Callable[[bytes], Result]
    is_public: bool = False
    takes_key: bool = False

    def call(self, fields: Mapping[str, object], key: str | None = None) -> "Call[Result]":
        """A call of this endpoint, under `key` or a new one where it takes a key."""
        return Call(self, fields, (key or new_key()) if self.takes_key else None)


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """One request; sent twice it is the same request.

    `fields` go into the path where it names them, else into the body, or the query of a GET; those
    that are None are left out. The bank does a call with a key once, however often it is sent.
    """

    endpoint: Endpoint[Result]
    fields: Mapping[str, object]
    key: str | None = None
    is_renewal: bool = False

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it again does no harm where the bank may have done it already.

        A renewal gets the same refresh token again for a few seconds; later it would end a session
        that can no longer be renewed anyway, because the answer was lost.
        """
        has_key = self.key is not None or self.endpoint.method in _REPEATABLE
        return has_key or self.is_renewal

    @property
    def wait_s(self) -> int:
        """For how long the bank may wait before it answers."""
        wait_s = self.fields.get("wait_s")
        return wait_s if isinstance(wait_s, int) else 0

    def url(self) -> str:
        """The path, filled."""
        return self.endpoint.path.format(
            **{name: quote(str(self.fields[name]), safe="") for name in self._path_names()}
        )

    def query(self) -> dict[str, str]:
        """The fields of the query."""
        rest = {} if self.endpoint.method in _WITH_BODY else self._rest()
        return {name: _as_text(value) for name, value in rest.items()}

    def body(self) -> dict[str, Any] | None:
        """The fields of the body, as JSON types."""
        return self._rest() if self.endpoint.method in _WITH_BODY else None

    def members(self) -> dict[str, Any]:
        """All fields as one object of JSON types."""
        return _jsonable(self.fields)

    def headers(self) -> dict[str, str]:
        """The header of the key."""
        return {} if self.key is None else {"Idempotency-Key": self.key}

    def _path_names(self) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(self.endpoint.path) if name}

    def _rest(self) -> dict[str, Any]:
        rest = self.fields.keys() - self._path_names()
        given = {name: value for name, value in self.fields.items() if name in rest}
        return _jsonable(given)


def _jsonable(fields: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: to_jsonable_python(value, exclude_none=True)
        for name, value in fields.items()
        if value is not None
    }


def _as_text(value: Any) -> str:  # noqa: ANN401 - a value of JSON
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return ",".join(map(str, values))
