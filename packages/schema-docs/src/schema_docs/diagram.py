"""The schema as its DBML describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schema_docs.errors import DocsError
from schema_docs.tools import run_node

Qualified = tuple[str, str]
"""A schema and a name in it."""


@dataclass(frozen=True)
class Group:
    """A TableGroup; `color` is as CSS writes it."""

    name: str
    note: str
    color: str | None
    tables: tuple[Qualified, ...]


@dataclass(frozen=True)
class Diagram:
    """The DBML as SQL, and what it says beyond SQL.

    The keys of `label_notes` are an enum and its label, those of `index_notes` a table and its
    index.
    """

    sql: str
    groups: tuple[Group, ...]
    label_notes: Mapping[tuple[Qualified, str], str] = field(
        default_factory=dict[tuple[Qualified, str], str]
    )
    index_notes: Mapping[tuple[Qualified, str], str] = field(
        default_factory=dict[tuple[Qualified, str], str]
    )


def read_diagram(path: Path) -> Diagram:
    """Read DBML.

    Raises DocsError where there is no file, and with the line and column of a syntax error.
    """
    try:
        found = run_node("dbml.mjs", path.read_text())
    except OSError as error:
        raise DocsError(f"cannot read {path.name}: {error.strerror}") from None
    except DocsError as error:
        raise DocsError(f"{path.name}: {error}") from None
    schemas: list[dict[str, Any]] = found["database"]["schemas"]
    return Diagram(
        sql=found["sql"],
        groups=tuple(_group(group) for schema in schemas for group in schema["tableGroups"]),
        label_notes={
            ((schema["name"], enum["name"]), value["name"]): value["note"]
            for schema in schemas
            for enum in schema["enums"]
            for value in enum["values"]
            if value.get("note")
        },
        index_notes={
            ((schema["name"], table["name"]), index["name"]): index["note"]
            for schema in schemas
            for table in schema["tables"]
            for index in table["indexes"]
            if index.get("note") and index.get("name")
        },
    )


def _group(group: Mapping[str, Any]) -> Group:
    return Group(
        name=group["name"],
        note=group.get("note") or "",
        color=group.get("color"),
        tables=tuple((table["schemaName"], table["tableName"]) for table in group["tables"]),
    )
