"""Reads the annotations in the comments of a query."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.hints import closest
from sqlc_gen_psycopg.request import Column, Query

_MARKED = re.compile(r"(.*?)((?:\[\])*)([?!]?)", re.DOTALL)
_SYNTAX: Final = {
    "@notnull": "@notnull column …",
    "@nullable": "@nullable column …",
    "@required": "@required",
    "@stream": "@stream [size]",
}
STREAM_SIZE = 500  # measured: quicker than fetching all, in constant memory


@dataclass(frozen=True)
class Annotations:
    """`@nullable column …`, `@notnull column …`, `@required`, `@stream [size]`; the rest describes.

    `stream_size` is how many rows are fetched at a time; None where rows are not streamed.
    """

    description: str
    nullable: frozenset[str]
    notnull: frozenset[str]
    is_required: bool
    stream_size: int | None = None

    @property
    def columns(self) -> frozenset[str]:
        """Every column that is named."""
        return self.nullable | self.notnull


def parse_comments(comments: Sequence[str], parameters: Collection[str] = ()) -> Annotations:
    """Split the comments of a query into annotations and description.

    A line may begin with another word after an @, as with a parameter, which sqlc writes so, too.
    Raises GeneratorError where that is nearly an annotation, or one with something missing.
    """
    prose: list[str] = []
    columns: dict[str, set[str]] = {"@nullable": set(), "@notnull": set()}
    is_required = False
    stream_size: int | None = None
    for comment in comments:
        word, *arguments = comment.split() or [""]
        if word in columns and arguments:
            columns[word].update(arguments)
        elif word == "@required" and not arguments:
            is_required = True
        elif word == "@stream" and len(arguments) <= 1 and all(map(str.isdigit, arguments)):
            stream_size = int(arguments[0]) if arguments else STREAM_SIZE
        elif (meant := closest(word, _SYNTAX)) and word[1:] not in parameters:
            raise GeneratorError(f"{comment.strip()!r} is no annotation; write {_SYNTAX[meant]!r}")
        else:
            prose.append(comment.strip())
    return Annotations(
        description="\n".join(prose).strip(),
        nullable=frozenset(columns["@nullable"]),
        notnull=frozenset(columns["@notnull"]),
        is_required=is_required,
        stream_size=stream_size,
    )


def apply_marks(query: Query, annotations: Annotations) -> tuple[Query, Annotations]:
    """Take the marks at the ends of column names as annotations, and off the names.

    `AS "name?"` is `@nullable name`, `AS "name!"` is `@notnull name`, and `AS "name[][]"` tells the
    dimensions of an array. Raises GeneratorError where there is no array.
    """
    columns: list[Column] = []
    marked: dict[str, set[str]] = {"?": set(), "!": set(), "": set()}
    for column in query.columns:
        found = _MARKED.fullmatch(column.name)
        assert found is not None, "it matches everything"
        name, brackets, mark = found.groups()
        marked[mark].add(name)
        if brackets and not column.array_dims:
            raise GeneratorError(f"column {name!r} is no array")
        dims = brackets.count("[") or column.array_dims
        columns.append(replace(column, name=name, array_dims=dims))
    return replace(query, columns=tuple(columns)), replace(
        annotations,
        nullable=annotations.nullable | marked["?"],
        notnull=annotations.notnull | marked["!"],
    )
