"""Which Python type a column has: a built-in, a class for the schema's own type, or an override."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase

import psycopg

from sqlc_gen_psycopg import names
from sqlc_gen_psycopg.builtin_types import BUILT_IN, TEXT, PythonType
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.options import Options, Override
from sqlc_gen_psycopg.program import EnumClass, RowClass, Value
from sqlc_gen_psycopg.request import Column, Composite, Enum, Name, Request


class PythonTypes:
    """The types of one schema.

    `registered` are the types that psycopg must know to read the columns.
    """

    def __init__(self, request: Request, options: Options) -> None:
        self._options = options
        self._declared = {composite.name: composite for composite in request.composites}
        self._composites: dict[Name, RowClass] = {}
        self._unused = [*options.overrides]
        self._unknown: dict[Name, tuple[str, bool]] = {}
        self._places: list[Callable[[], str]] = []
        self.enums: Mapping[Name, EnumClass] = {
            enum.name: self._enum_class(enum) for enum in request.enums
        }
        self.registered: set[Name] = set()

    @property
    def composites(self) -> Mapping[Name, RowClass]:
        """The composite types that something is of, each after those that it contains."""
        return dict(sorted(self._composites.items(), key=lambda one: (self._depth(one[0]), one[0])))

    def require_use(self) -> None:
        """Raises GeneratorError where an override matches no column."""
        for override in self._unused:
            raise GeneratorError(
                f"no column has the type or name of the override for "
                f"{override.db_type or override.column!r}"
            )

    @contextmanager
    def at(self, place: Callable[[], str]) -> Generator[None]:
        """Errors and unknown types inside of the block are of this place."""
        self._places.append(place)
        try:
            yield
        except GeneratorError as error:
            raise GeneratorError(f"{place()}: {error}") from None
        finally:
            self._places.pop()

    def require_known(self) -> None:
        """Raises GeneratorError with every type that is not known, and where it was met first."""
        if not self._unknown:
            return
        lines = [f"{place} is of type {name}" for name, (place, _) in self._unknown.items()]
        is_asked = all(is_known for _, is_known in self._unknown.values())
        hint = "" if is_asked else "let the plugin ask the database what they are, or "
        lines += [f"unknown here; {hint}add to the options:", "overrides:"]
        lines += [f"  - {{db_type: {name}, py_type: str}}" for name in self._unknown]
        raise GeneratorError("\n".join(lines))

    def register(self, column: Column) -> bool:
        """Remember the types that psycopg must know to read the column; whether there are any."""
        wanted = set(self._unknown_to_psycopg(column))
        self.registered |= wanted
        return bool(wanted)

    def of(self, column: Column) -> PythonType:
        """The type of a value, of an array that of its elements.

        One that is not known is kept for `require_known`. Raises GeneratorError for a record.
        """
        for override in self._options.overrides:
            if _is_for(override, column):
                self._unused = [other for other in self._unused if other != override]
                decoder, encoder = override.decode or None, override.encode or None
                return PythonType(override.py_type, decoder=decoder, encoder=encoder)
        if (enum := self._enum(column.type)) is not None:
            name = self.enums[enum].name
            return PythonType(f"enums.{name}", enum=name, array_writer="text_array")
        if column.type in self._declared:
            name = self._composite(self._declared[column.type]).name
            return PythonType(f"models.{name}", composite=name)
        if column.type.local in BUILT_IN:
            return BUILT_IN[column.type.local]
        if column.is_text:
            return TEXT
        if column.type.local == "record":
            raise GeneratorError(
                f"column {column.name!r} is a record of no type; name its columns, "
                "or cast it to a composite type"
            )
        if column.type not in self._unknown:
            where = ": ".join([*(place() for place in self._places), f"column {column.name!r}"])
            self._unknown[column.type] = (where, column.is_known)
        return PythonType("Any")

    def _enum(self, name: Name) -> Name | None:
        """The enum; without the schema, as sqlc may have it, where only one is called so."""
        if name in self.enums:
            return name
        namesakes = [known for known in self.enums if known.local == name.local]
        return namesakes[0] if len(namesakes) == 1 and not name.schema else None

    def _composite(self, composite: Composite) -> RowClass:
        if composite.name not in self._composites:
            with self.at(lambda: f"type {composite.name}"):
                self._composites[composite.name] = self._composite_class(composite)
        return self._composites[composite.name]

    def _composite_class(self, composite: Composite) -> RowClass:
        spelled = [names.field_name(field.name, self._options) for field in composite.fields]
        fields = (
            Value(name, self.of(field), is_nullable=True, array_dims=field.array_dims)
            for name, field in zip(names.distinct(spelled), composite.fields, strict=True)
        )
        name = names.schema_class(composite.name.label, self._options)
        return RowClass(name, tuple(fields), composite.comment, is_model=True)

    def _depth(self, name: Name) -> int:
        """How deeply composites are nested in it."""
        inner = (field.type for field in self._declared[name].fields)
        return 1 + max((self._depth(one) for one in inner if one in self._composites), default=0)

    def _unknown_to_psycopg(self, column: Column) -> Iterator[Name]:
        enum = self._enum(column.type)
        if column.array_dims:
            yield from column.domains
            # Of an array whose elements it does not know psycopg does not know that it is one.
            if enum is not None or psycopg.adapters.types.get(column.type.local) is None:
                yield enum or column.type
        if column.type in self._declared:
            yield column.type
            for field in self._declared[column.type].fields:
                yield from field.domains
                yield from self._unknown_to_psycopg(field)

    def _enum_class(self, enum: Enum) -> EnumClass:
        members = names.distinct(names.member_name(label) for label in enum.labels)
        return EnumClass(
            names.schema_class(enum.name.label, self._options),
            tuple(zip(members, enum.labels, strict=True)),
            enum.comment,
        )


def _is_for(override: Override, column: Column) -> bool:
    if override.column:
        if column.table is None:
            return False
        name = f"{column.table}.{column.original_name or column.name}"
        return fnmatchcase(name, override.column) or fnmatchcase(f"public.{name}", override.column)
    is_of_type = Name.of_type("", override.db_type) == column.type
    return is_of_type and (override.nullable or column.not_null)
