"""What the comments of a query tell the generator."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.request import Query

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


def parse_comments(comments: Sequence[str]) -> Annotations:
    """Split the comments of a query into annotations and description.

    Raises GeneratorError for an annotation that does not exist.
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
        elif word.startswith("@") and not word.startswith("@sqlc"):
            raise GeneratorError(f"unknown or incomplete annotation {comment.strip()!r}")
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
    """Take `AS "name?"` for `@nullable name` and `AS "name!"` for `@notnull name`."""
    names = [column.name for column in query.columns]
    nullable = {name[:-1] for name in names if name.endswith("?")}
    notnull = {name[:-1] for name in names if name.endswith("!")}
    columns = [replace(column, name=column.name.rstrip("?!")) for column in query.columns]
    return replace(query, columns=tuple(columns)), replace(
        annotations,
        nullable=annotations.nullable | nullable,
        notnull=annotations.notnull | notnull,
    )
