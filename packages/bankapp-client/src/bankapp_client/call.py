"""What a request to the bank is made of, before anything is sent."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final, Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_jsonable_python

Result = TypeVar("Result")
Item = TypeVar("Item")

_WITH_BODY: Final = ("POST", "PUT", "PATCH")
_REPEATABLE: Final = ("GET", "PUT")


class Model(BaseModel):
    """A request or an answer. Fields that a newer bank adds to an answer are passed over."""

    # An answer that does not fit may hold tokens, and what is raised ends in logs.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Page(Model, Generic[Item]):
    """One page of a list, newest first; `next_cursor` leads to the next."""

    items: list[Item]
    next_cursor: str | None


def new_key() -> str:
    """An idempotency key that nobody else has."""
    return secrets.token_urlsafe(18)


def nothing(_: bytes) -> None:
    """Reads an answer that says no more than that it is done."""


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """One request, described; sent twice it is the same request.

    `fields` go into the path where it names them, else into the body, or the query of a GET; those
    that are None are left out. A call with a key is done once, however often it is sent.
    """

    method: str
    path: str
    read: Callable[[bytes], Result]
    fields: Mapping[str, object]
    is_public: bool = False
    key: str | None = None

    @property
    def is_repeatable(self) -> bool:
        """Whether to send it again does no harm where it may have been done already."""
        return self.key is not None or self.method in _REPEATABLE

    def url(self) -> str:
        """The path, filled."""
        return self.path.format(
            **{name: quote(str(self.fields[name]), safe="") for name in self._path_names()}
        )

    def query(self) -> dict[str, str]:
        """What goes into the query."""
        rest = {} if self.method in _WITH_BODY else self._rest()
        return {name: str(value) for name, value in rest.items()}

    def body(self) -> dict[str, Any] | None:
        """What goes into the body, as JSON knows it."""
        return self._rest() if self.method in _WITH_BODY else None

    def headers(self) -> dict[str, str]:
        """The key."""
        return {} if self.key is None else {"Idempotency-Key": self.key}

    def _path_names(self) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(self.path) if name}

    def _rest(self) -> dict[str, Any]:
        rest = self.fields.keys() - self._path_names()
        given = {name: value for name, value in self.fields.items() if name in rest}
        return {
            name: to_jsonable_python(value, exclude_none=True)
            for name, value in given.items()
            if value is not None
        }
