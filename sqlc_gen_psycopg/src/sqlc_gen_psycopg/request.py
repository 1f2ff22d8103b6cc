"""What sqlc sends: the parts of plugin.GenerateRequest that the generator reads."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlc_gen_psycopg.errors import GeneratorError


@dataclass(frozen=True)
class Column:
    """A column of a table, a result column or a parameter. `name` is empty where SQL gives none.

    `type` has no schema; that of `table` is empty where it is the default one.
    `is_known` says that type and nullability come from the database, not from sqlc's inference.
    """

    name: str
    type: str
    not_null: bool
    is_array: bool
    array_dims: int
    original_name: str
    table: str | None
    embed_table: str | None
    is_slice: bool
    comment: str
    is_known: bool = False
    table_schema: str = ""


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    comment: str
    schema: str = ""


@dataclass(frozen=True)
class Enum:
    """An enum. `schema` is empty where it is the default one."""

    name: str
    labels: tuple[str, ...]
    comment: str
    schema: str = ""


@dataclass(frozen=True)
class Query:
    """A named query. `text` is its SQL as it goes to the server.

    `insert_into_table` is schema, empty for the default one, and name of the table of a :copyfrom.
    """

    name: str
    command: str
    text: str
    columns: tuple[Column, ...]
    parameters: tuple[Column, ...]
    comments: tuple[str, ...]
    filename: str
    insert_into_table: tuple[str, str] | None


@dataclass(frozen=True)
class Request:
    sqlc_version: str
    query_paths: tuple[str, ...]
    options: Mapping[str, object]
    tables: tuple[Table, ...]
    enums: tuple[Enum, ...]
    queries: tuple[Query, ...]


def parse_request(message: bytes) -> Request:
    """Read the JSON message of `format: json`.

    Raises GeneratorError when it is not one.
    """
    try:
        data = json.loads(message)
        default = data["catalog"]["default_schema"]
        schemas = [
            schema
            for schema in data["catalog"]["schemas"]
            if schema["name"] not in ("pg_catalog", "information_schema")
        ]
        return Request(
            sqlc_version=data["sqlc_version"],
            query_paths=tuple(data["settings"]["queries"]),
            options=json.loads(base64.b64decode(data["plugin_options"]) or b"{}") or {},
            tables=tuple(_table(table) for schema in schemas for table in schema["tables"]),
            enums=tuple(
                _enum(enum, "" if schema["name"] == default else schema["name"])
                for schema in schemas
                for enum in schema["enums"]
            ),
            queries=tuple(_query(query) for query in data["queries"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise GeneratorError(f"not a request of sqlc in format json: {error!r}") from error


def _table(data: Mapping[str, Any]) -> Table:
    columns = tuple(_column(column) for column in data["columns"])
    return Table(data["rel"]["name"], columns, data["comment"], data["rel"]["schema"])


def _enum(data: Mapping[str, Any], schema: str) -> Enum:
    return Enum(data["name"], tuple(data["vals"]), data["comment"], schema)


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
        insert_into_table=(table["schema"], table["name"]) if table else None,
    )


def _column(data: Mapping[str, Any]) -> Column:
    return Column(
        name=data["name"],
        # sqlc spells one type in several ways, the schema sometimes inside the name.
        type=data["type"]["name"].rpartition(".")[2],
        not_null=data["not_null"],
        is_array=data["is_array"],
        array_dims=data["array_dims"],
        original_name=data["original_name"],
        table=data["table"]["name"] if data["table"] else None,
        embed_table=data["embed_table"]["name"] if data["embed_table"] else None,
        is_slice=data["is_sqlc_slice"],
        comment=data["comment"],
        table_schema=data["table"]["schema"] if data["table"] else "",
    )
