"""The request of sqlc: the parts of plugin.GenerateRequest that the generator reads."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from sqlc_gen_psycopg.errors import GeneratorError

# PostgreSQL's name of a column that has none.
UNNAMED: Final = "?column?"
# The only default schema of sqlc for PostgreSQL, and that of built-in types.
_UNQUALIFIED: Final = ("", "public", "pg_catalog")
# One type has several names in SQL; the first of a line is PostgreSQL's own.
_SYNONYMS: Final = """
bool=boolean
int2=smallint=smallserial=serial2
int4=int=integer=serial=serial4
int8=bigint=bigserial=serial8
float4=real
float8=float=double precision
numeric=decimal
varchar=character varying
bpchar=character
varbit=bit varying
time=time without time zone
timetz=time with time zone
timestamp=timestamp without time zone
timestamptz=timestamp with time zone
"""
_OWN_NAMES: Final = {
    synonym: names[0]
    for names in (line.split("=") for line in _SYNONYMS.split("\n"))
    for synonym in names
}


class Name(NamedTuple):
    """A name in SQL. `schema` is empty where none need be said: pg_catalog and the default one."""

    schema: str
    local: str

    @classmethod
    def of(cls, schema: str, local: str) -> Self:
        """The name, its schema left out where that can be."""
        return cls("" if schema in _UNQUALIFIED else schema, local)

    @classmethod
    def of_type(cls, schema: str, spelled: str) -> Self:
        """The name of a type, however sqlc spells it: with the schema or the length inside."""
        inner, _, local = re.sub(r"\(.*?\)|(\[\])+$", "", spelled).rpartition(".")
        return cls.of(schema or inner, _OWN_NAMES.get(local, local))

    @property
    def label(self) -> str:
        """One word for both parts, as classes are called by it."""
        return "_".join(filter(None, self))

    def __str__(self) -> str:
        return ".".join(filter(None, self))


@dataclass(frozen=True)
class Column:
    """A column of a table, a result column or a parameter. `name` is empty where SQL gives none.

    `array_dims` is 0 for what is no array. `domains` are those that the type is made of.
    `is_known` says that type and nullability come from the database, not from sqlc's inference;
    `is_text` that psycopg gives the text of its type, which an extension has made.
    """

    name: str
    type: Name
    not_null: bool
    array_dims: int
    original_name: str
    table: Name | None
    embed_table: Name | None
    is_slice: bool
    comment: str
    is_known: bool = False
    domains: tuple[Name, ...] = ()
    is_text: bool = False


@dataclass(frozen=True)
class Table:
    name: Name
    columns: tuple[Column, ...]
    comment: str


@dataclass(frozen=True)
class Composite:
    """A composite type. sqlc says no more of one than its name: it comes from the database."""

    name: Name
    fields: tuple[Column, ...]
    comment: str = ""


@dataclass(frozen=True)
class Enum:
    name: Name
    labels: tuple[str, ...]
    comment: str


@dataclass(frozen=True)
class Query:
    """A named query. `text` is its SQL as it goes to the server.

    `insert_into_table` is the table of a :copyfrom. `reads_only` comes from the database.
    """

    name: str
    command: str
    text: str
    columns: tuple[Column, ...]
    parameters: tuple[Column, ...]
    comments: tuple[str, ...]
    filename: str
    insert_into_table: Name | None
    reads_only: bool = False


@dataclass(frozen=True)
class Request:
    """All that sqlc sends. `schema_paths`, `query_paths` and `out` are as in its configuration."""

    sqlc_version: str
    query_paths: tuple[str, ...]
    options: Mapping[str, object]
    tables: tuple[Table, ...]
    enums: tuple[Enum, ...]
    queries: tuple[Query, ...]
    composites: tuple[Composite, ...] = ()
    schema_paths: tuple[str, ...] = ()
    out: str = ""


def parse_request(message: bytes) -> Request:
    """Read the JSON message of `format: json`.

    Raises GeneratorError when it is not one, or not of PostgreSQL.
    """
    try:
        data = json.loads(message)
    except ValueError:
        raise GeneratorError(
            "this is no JSON: sqlc sends protobuf where its configuration does not say otherwise; "
            "write `process: {cmd: sqlc-gen-psycopg, format: json}` under `plugins:`"
        ) from None
    try:
        settings = data["settings"]
        if (engine := settings["engine"]) != "postgresql":
            raise GeneratorError(f"`engine: {engine}` is no engine of psycopg; only postgresql is")
        schemas = [
            schema
            for schema in data["catalog"]["schemas"]
            if schema["name"] not in ("pg_catalog", "information_schema")
        ]
        return Request(
            sqlc_version=data["sqlc_version"],
            query_paths=tuple(settings["queries"]),
            schema_paths=tuple(settings["schema"]),
            out=settings["codegen"]["out"],
            options=json.loads(base64.b64decode(data["plugin_options"]) or b"{}") or {},
            tables=tuple(_table(table) for schema in schemas for table in schema["tables"]),
            enums=tuple(
                _enum(enum, schema["name"]) for schema in schemas for enum in schema["enums"]
            ),
            queries=tuple(_query(query) for query in data["queries"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise GeneratorError(f"this is no request of sqlc: {error!r}") from error


def _table(data: Mapping[str, Any]) -> Table:
    columns = tuple(_column(column) for column in data["columns"])
    return Table(_relation(data["rel"]), columns, data["comment"])


def _relation(data: Mapping[str, Any]) -> Name:
    return Name.of(data["schema"], data["name"])


def _enum(data: Mapping[str, Any], schema: str) -> Enum:
    return Enum(Name.of(schema, data["name"]), tuple(data["vals"]), data["comment"])


def _query(data: Mapping[str, Any]) -> Query:
    table = data["insert_into_table"]
    parameters = sorted(data["params"], key=lambda parameter: int(parameter["number"]))
    return Query(
        name=data["name"],
        command=data["cmd"],
        text=data["text"],
        columns=tuple(_column(column) for column in data["columns"]),
        parameters=tuple(_column(parameter["column"]) for parameter in parameters),
        comments=tuple(data["comments"]),
        filename=data["filename"],
        insert_into_table=_relation(table) if table else None,
    )


def _column(data: Mapping[str, Any]) -> Column:
    schema, spelled = data["type"]["schema"], data["type"]["name"]
    return Column(
        name=data["name"].removeprefix(UNNAMED),
        type=Name.of_type(schema, spelled),
        not_null=data["not_null"],
        array_dims=max(data["array_dims"], int(data["is_array"]), spelled.count("[]")),
        original_name=data["original_name"],
        table=_relation(data["table"]) if data["table"] else None,
        embed_table=_relation(data["embed_table"]) if data["embed_table"] else None,
        is_slice=data["is_sqlc_slice"],
        comment=data["comment"],
    )
