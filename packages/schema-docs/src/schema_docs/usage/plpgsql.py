"""Splits the bodies of PL/pgSQL functions by PostgreSQL's own grammar."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from schema_docs.tools import run_node

_DYNAMIC: Final = ("PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors", "dynquery")
# The numbers that the grammar gives to kinds of SQL; any other is an assignment.
_STATEMENT: Final = 0
_EXPRESSION: Final = 2


@dataclass(frozen=True)
class Piece:
    """A statement or an expression of a body, and the record that takes its rows."""

    text: str
    mode: int
    record: str | None

    @property
    def statement(self) -> str:
        """A statement with the same uses as the piece."""
        if self.mode == _STATEMENT:
            return self.text
        if self.mode == _EXPRESSION:
            return f"SELECT {self.text}"
        # An assignment: the text before the first `=` names a variable.
        target, _, value = self.text.partition("=")
        return f"SELECT {value}" if target else self.text


@dataclass(frozen=True)
class Body:
    """A function's variables with their types, `record` for any row, and its pieces of SQL."""

    variables: Mapping[str, str]
    pieces: tuple[Piece, ...]
    is_dynamic: bool


def parse_bodies(definitions: Sequence[str]) -> list[Body | None]:
    """Split functions, given as CREATE FUNCTION; None for those that the grammar refuses."""
    if not definitions:
        return []
    return [one and _body(one) for one in run_node("plpgsql.mjs", json.dumps(definitions))]


def _body(function: Mapping[str, Any]) -> Body:
    text = json.dumps(function)
    return Body(
        dict(_variables(function["datums"])),
        tuple(_pieces(function["action"])),
        any(word in text for word in _DYNAMIC),
    )


def _variables(datums: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for datum in datums:
        for kind in ("PLpgSQL_var", "PLpgSQL_rec"):
            variable = datum.get(kind, {})
            if "datatype" in variable:
                name = variable["datatype"]["PLpgSQL_type"]["typname"]
                yield variable["refname"], name.removesuffix("%ROWTYPE")


def _pieces(value: object) -> Iterator[Piece]:
    """Every piece of SQL; the query of a loop comes before the statements in the loop."""
    if isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _pieces(item)
    elif isinstance(value, dict):
        node = cast("dict[str, Any]", value)
        target = cast("object", node.get("var") or node.get("target"))
        # In GET DIAGNOSTICS the target is the number of a variable.
        record = _record(cast("dict[str, Any]", target)) if isinstance(target, dict) else None
        expressions = [part["PLpgSQL_expr"] for part in node.values() if _is_expression(part)]
        for expression in expressions:
            yield Piece(expression["query"], expression["parseMode"], record)
        yield from _pieces([part for part in node.values() if not _is_expression(part)])


def _record(target: Mapping[str, Any]) -> str | None:
    return cast("str | None", target.get("PLpgSQL_rec", {}).get("refname"))


def _is_expression(part: object) -> bool:
    return isinstance(part, dict) and "PLpgSQL_expr" in part
