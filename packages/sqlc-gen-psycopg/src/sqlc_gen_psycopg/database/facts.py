"""The facts a database gives about queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlc_gen_psycopg.request import Name


@dataclass(frozen=True)
class TypeFacts:
    """A type, domains resolved to what they are of and arrays to their elements.

    `array_dims` is 0 for what is no array. PostgreSQL does not enforce the number of dimensions: it
    is what the column was declared with, 1 for an expression. `domains` are those on the way: where
    psycopg meets one inside another type it knows nothing of it. `is_text` is true for a base type
    that an extension has made: psycopg gives the text that the server writes.
    """

    name: Name
    array_dims: int = 0
    domains: tuple[Name, ...] = ()
    is_text: bool = False


@dataclass(frozen=True)
class ColumnFacts:
    """A column of a result, and the table or view that it is of.

    `is_outer` says that the column is NULL where an outer join found no row for its table.
    """

    name: str
    type: TypeFacts
    is_nullable: bool
    is_outer: bool = False
    table: Name | None = None


@dataclass(frozen=True)
class QueryFacts:
    """A query as the server describes it; `reads_only` says that a hot standby can run it."""

    columns: tuple[ColumnFacts, ...]
    parameters: tuple[TypeFacts, ...]
    reads_only: bool


@dataclass(frozen=True)
class CompositeFacts:
    """A composite type and its fields, in order; a field of a composite can always be NULL."""

    name: Name
    fields: tuple[tuple[str, TypeFacts], ...]
    comment: str = ""


@dataclass(frozen=True)
class Facts:
    """All facts of one run.

    `queries` is by file name and query name, without those that the server refuses; `tables`, which
    views are too, by name.
    """

    queries: Mapping[tuple[str, str], QueryFacts] = field(
        default_factory=dict[tuple[str, str], QueryFacts]
    )
    composites: tuple[CompositeFacts, ...] = ()
    tables: Mapping[Name, tuple[ColumnFacts, ...]] = field(
        default_factory=dict[Name, tuple[ColumnFacts, ...]]
    )
