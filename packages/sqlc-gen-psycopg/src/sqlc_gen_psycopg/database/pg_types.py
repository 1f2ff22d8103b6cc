"""The types of a database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlc_gen_psycopg.builtin_types import BUILT_IN
from sqlc_gen_psycopg.database.facts import CompositeFacts, TypeFacts
from sqlc_gen_psycopg.request import Name


@dataclass(frozen=True)
class Type:
    """A row of pg_type. `element` is 0 for what is no array, `base` for what is no domain.

    `is_row`: a composite type, a table's row or a record.
    """

    oid: int
    schema: str
    name: str
    element: int
    base: int
    base_dims: int
    is_not_null: bool
    is_base: bool
    delimiter: str
    is_row: bool
    comment: str
    # Names and types of the fields of a composite type that is no table's row.
    fields: tuple[tuple[str, int, int], ...]


class Types:
    """All types, by OID."""

    def __init__(self, types: Iterable[Type]) -> None:
        self._types = {type.oid: type for type in types}

    def resolve(self, oid: int, dims: int = 0) -> TypeFacts:
        """The type, declared with so many dimensions if it is an array."""
        type_ = self._types.get(oid)
        if type_ is None:
            return TypeFacts(Name("", "unknown"))
        name = Name.of_type(type_.schema, type_.name)
        if type_.base:
            of = self.resolve(type_.base, type_.base_dims or dims)
            return replace(of, domains=(name, *of.domains))
        if type_.element:
            element = self.resolve(type_.element)
            if element.array_dims:  # of a domain over an array: lists in it may be NULL
                return TypeFacts(Name(element.domains[0].schema, f"{element.domains[0].local}[]"))
            if element.is_text and self._types[type_.element].delimiter != ",":
                return TypeFacts(Name(element.name.schema, f"{element.name.local}[]"))
            return replace(element, array_dims=max(dims, 1))
        return TypeFacts(name, is_text=type_.is_base and name.local not in BUILT_IN)

    def is_not_null(self, oid: int) -> bool:
        """Whether it is a domain that refuses NULL, or is based on one."""
        type_ = self._types.get(oid)
        return type_ is not None and (type_.is_not_null or self.is_not_null(type_.base))

    def is_array(self, oid: int) -> bool:
        """Whether it is an array; a domain over one is none."""
        type_ = self._types.get(oid)
        return type_ is not None and type_.element != 0

    def is_row(self, oid: int) -> bool:
        """Whether a function of the type has fields as columns in FROM; true if it is not known."""
        type_ = self._types.get(oid)
        return type_ is None or type_.is_row or (type_.base != 0 and self.is_row(type_.base))

    def sql_name(self, oid: int) -> str | None:
        """The type's name in SQL, quoted."""
        type_ = self._types.get(oid)
        if type_ is None:
            return None
        return ".".join('"' + name.replace('"', '""') + '"' for name in (type_.schema, type_.name))

    def composites(self) -> tuple[CompositeFacts, ...]:
        """The composite types that were created as such."""
        return tuple(
            CompositeFacts(
                Name.of_type(type_.schema, type_.name),
                tuple((name, self.resolve(oid, dims)) for name, oid, dims in type_.fields),
                type_.comment,
            )
            for type_ in sorted(self._types.values(), key=lambda one: (one.schema, one.name))
            if type_.fields
        )
