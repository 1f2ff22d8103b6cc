"""The numbers of fields and of enum values, which clients know them by.

A number that was given stays for good, so numbers are kept in a file that is only appended to. It
is an input of `make generate`, as db/ is, and not an output: numbers do not follow from the
operations.
"""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Final

_HEAD: Final = """\
# The numbers of the gRPC door's fields and enum values, by message and enum. `make generate`
# appends those of new names. A number is never changed and never given again: clients know fields
# by it. A name that is gone stays here, and is `reserved` in gen/proto.
"""


class Numbers:
    """The numbers given so far."""

    def __init__(self, text: str) -> None:
        self._given: dict[str, dict[str, int]] = tomllib.loads(text)

    def of(self, kind: str, name: str) -> int:
        """The number of a name within a message or an enum: the one it has, or the next."""
        given = self._given.setdefault(kind, {})
        return given.setdefault(name, max(given.values(), default=0) + 1)

    def gone(self, kind: str, present: frozenset[str]) -> Mapping[str, int]:
        """The names that a message or an enum had once, and their numbers."""
        given = self._given.get(kind, {})
        return {name: number for name, number in given.items() if name not in present}

    def render(self) -> str:
        """The text of the file."""
        return "\n".join([_HEAD, *(f"{section}\n" for section in self._sections())]).rstrip() + "\n"

    def _sections(self) -> Iterator[str]:
        for kind, given in self._given.items():
            lines = (f"{name} = {number}" for name, number in given.items())
            yield "\n".join([f"[{kind}]", *lines])
