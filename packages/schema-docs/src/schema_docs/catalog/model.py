"""The objects of a schema, as the catalog has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

RELATION_KINDS: Final[Mapping[str, str]] = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}


class Identity(NamedTuple):
    """The identity of an object in the catalog, which a change of its name does not change.

    `part` is the number of a column, the text of a grant, or 0.
    """

    catalog: str
    oid: int
    part: str = "0"


@dataclass(frozen=True)
class Column:
    table: int
    number: int
    name: str
    type: str
    type_oid: int
    is_nullable: bool
    default: str | None
    identity: str
    generated: str
    comment: str

    @property
    def identification(self) -> Identity:
        return Identity("pg_class", self.table, str(self.number))


@dataclass(frozen=True)
class Constraint:
    oid: int
    table: int
    name: str
    kind: str
    definition: str
    columns: tuple[int, ...]
    foreign_table: int
    foreign_columns: tuple[int, ...]
    comment: str


@dataclass(frozen=True)
class Index:
    """An index. `columns` are its key columns, 0 for an expression."""

    oid: int
    table: int
    name: str
    definition: str
    columns: tuple[int, ...]
    is_unique: bool
    constraint: str | None
    comment: str


@dataclass(frozen=True)
class Trigger:
    """A trigger. `events` are INSERT, UPDATE, DELETE and TRUNCATE; `columns` those of UPDATE OF."""

    oid: int
    table: int
    name: str
    definition: str
    function: int
    events: tuple[str, ...]
    columns: tuple[int, ...]
    old_table: str | None
    new_table: str | None
    comment: str


@dataclass(frozen=True)
class Policy:
    oid: int
    table: int
    name: str
    definition: str


@dataclass(frozen=True)
class Relation:
    """A table or a view; `definition` is the query of a view, `row_type` the type of its rows."""

    oid: int
    schema: str
    name: str
    kind: str
    comment: str
    row_type: int
    definition: str | None

    @property
    def is_table(self) -> bool:
        return self.kind in ("r", "p", "f")


@dataclass(frozen=True)
class Type:
    """An enum, a domain or a composite type."""

    oid: int
    schema: str
    name: str
    kind: str
    array_oid: int
    labels: tuple[str, ...]
    definition: str
    comment: str


@dataclass(frozen=True)
class Function:
    oid: int
    schema: str
    name: str
    arguments: str
    result: str
    language: str
    is_security_definer: bool
    definition: str
    comment: str


@dataclass(frozen=True)
class Grant:
    """The privileges of a role on a relation, on one of its columns, or on a function."""

    catalog: str
    oid: int
    column: int
    grantee: str
    privileges: str


class Dependency(NamedTuple):
    """An object that depends on a column."""

    catalog: str
    oid: int
    part: str
    table: int
    column: int

    @property
    def dependent(self) -> Identity:
        return Identity(self.catalog, self.oid, self.part)


@dataclass(frozen=True)
class Catalog:
    """A schema, without the objects of PostgreSQL itself and of extensions."""

    version: str
    relations: tuple[Relation, ...]
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...]
    indexes: tuple[Index, ...]
    triggers: tuple[Trigger, ...]
    policies: tuple[Policy, ...]
    types: tuple[Type, ...]
    functions: tuple[Function, ...]
    grants: tuple[Grant, ...]
    dependencies: tuple[Dependency, ...]
