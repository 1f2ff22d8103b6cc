"""Reads pg_node_tree, the text in which PostgreSQL keeps the parse trees of views and functions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = "Node | tuple[Value, ...] | frozenset[int] | str | None"

# A backslash makes the next character, whatever it is, a part of the token; other white space than
# this is one too.
_TOKEN = re.compile(r"[(){}]|(?:\\.|[^ \n\t(){}\\])+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class NodeTreeError(ValueError):
    """A text that is no node tree, or a node without a field that it should have."""


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """A node: its C struct's name in capitals, and its fields. Two nodes are never equal."""

    kind: str
    fields: Mapping[str, Value]

    def number(self, name: str) -> int:
        """An integer or OID; 0 where this version of PostgreSQL has no such field."""
        return int(_text(self.fields.get(name, "0"), name))

    def text(self, name: str) -> str:
        """A name, or one character; empty for NULL."""
        return _text(self.fields.get(name) or "", name)

    def flag(self, name: str) -> bool:
        return self.fields.get(name) == "true"

    def node(self, name: str) -> "Node | None":
        value = self.fields.get(name)
        if value is not None and not isinstance(value, Node):
            raise NodeTreeError(f"{name} of {self.kind} is no node")
        return value

    def child(self, name: str) -> "Node":
        """A node that is always there."""
        value = self.node(name)
        if value is None:
            raise NodeTreeError(f"{self.kind} has no {name}")
        return value

    def nodes(self, name: str) -> "tuple[Node, ...]":
        """The nodes of a list, those that are NULL left out."""
        return nodes_of(self.fields.get(name))

    def numbers(self, name: str) -> tuple[int, ...]:
        value = self.fields.get(name)
        return tuple(int(_text(item, name)) for item in value) if isinstance(value, tuple) else ()

    def members(self, name: str) -> frozenset[int]:
        """The members of a bitmapset."""
        value = self.fields.get(name)
        return value if isinstance(value, frozenset) else frozenset()

    def bytes(self, name: str) -> bytes:
        """The value of a constant, as it is in the server's memory."""
        return bytes(number % 256 for number in self.numbers(name))


def nodes_of(value: Value) -> tuple[Node, ...]:
    """The nodes that a list holds."""
    items = value if isinstance(value, tuple) else ()
    return tuple(item for item in items if isinstance(item, Node))


def parse_node_tree(text: str) -> Value:
    """Read one value, in general a Node or a list.

    Raises NodeTreeError.
    """
    tokens = iter(_TOKEN.findall(text))
    try:
        return _value(next(tokens), tokens)
    except (StopIteration, ValueError) as error:
        raise NodeTreeError(f"not a node tree: {error!r}") from None


def walk(value: Value) -> Iterator[Node]:
    """Every node of a tree, from the root."""
    if isinstance(value, Node):
        yield value
        for field in value.fields.values():
            yield from walk(field)
    elif isinstance(value, tuple):
        for item in value:
            yield from walk(item)


def _value(token: str, tokens: Iterator[str]) -> Value:
    if token == "{":
        return _node(tokens)
    if token == "(":
        return _list(tokens)
    if token == "<>":
        return None
    return _ESCAPED.sub(r"\1", token) if "\\" in token else token


def _node(tokens: Iterator[str]) -> Node:
    kind = next(tokens)
    fields: dict[str, Value] = {}
    while (label := next(tokens)) != "}":
        if not label.startswith(":"):
            raise NodeTreeError(f"{label!r} where a field of {kind} should begin")
        value = _value(next(tokens), tokens)
        if label == ":constvalue" and value is not None:
            next(tokens)  # the bracket; the number before it is how many bytes matter
            value = tuple(iter(tokens.__next__, "]"))
        fields[label[1:]] = value
    return Node(kind, fields)


def _list(tokens: Iterator[str]) -> Value:
    first = next(tokens)
    if first in ("b", "i", "o", "x"):
        numbers = tuple(iter(tokens.__next__, ")"))
        return frozenset(map(int, numbers)) if first == "b" else numbers
    items: list[Value] = []
    while first != ")":
        value = _value(first, tokens)
        # Strings in lists are quoted, names in fields are not.
        items.append(value[1:-1] if isinstance(value, str) else value)
        first = next(tokens)
    return tuple(items)


def _text(value: Value, name: str) -> str:
    if not isinstance(value, str):
        raise NodeTreeError(f"{name} is no plain value")
    return value
