"""Looks up the objects of a schema, and those that belong to each."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from schema_docs.catalog.history import qualified
from schema_docs.catalog.model import (
    RELATION_KINDS,
    Column,
    Constraint,
    Function,
    Grant,
    Index,
    Policy,
    Relation,
    Trigger,
    Type,
)
from schema_docs.content import Content
from schema_docs.diagram import Group
from schema_docs.usage.collect import QueryUsage

TYPE_KINDS: Final[Mapping[str, str]] = {"e": "enum", "d": "domain", "c": "composite type"}
# The table of the migration tool: it has a page, but is in no picture and no finding.
BOOKKEEPING: Final = ("schema_migrations",)


class Objects:
    """The objects of the content, by their oids and by what they belong to."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.catalog = content.catalog
        self.relations = {one.oid: one for one in self.catalog.relations}
        self.columns = {(one.table, one.number): one for one in self.catalog.columns}
        self.functions = {one.oid: one for one in self.catalog.functions}
        self.types = {one.oid: one for one in self.catalog.types}
        self.triggers = {one.oid: one for one in self.catalog.triggers}

    def labels_of(self, type_: Type) -> list[str]:
        """The labels of an enum, with their notes."""
        notes = self.content.diagram.label_notes
        known = [(label, notes.get(((type_.schema, type_.name), label))) for label in type_.labels]
        return [f"{label} {note}" if note else label for label, note in known]

    def indexes_beginning_with(self, column: Column) -> list[Index]:
        """The indexes whose first column it is."""
        return [
            one
            for one in self.catalog.indexes
            if one.table == column.table and one.columns[:1] == (column.number,)
        ]

    def description_of(self, function: Function) -> str:
        """The comment of a function, or else the one that its file begins with."""
        file = self.content.project.functions / f"{self.name(function)}.sql"
        if function.comment or not file.is_file():
            return function.comment
        before = itertools.takewhile(
            lambda line: line.startswith("--"), file.read_text().splitlines()
        )
        return " ".join(line.removeprefix("--").strip() for line in before)

    @property
    def groups(self) -> list[tuple[Group | None, list[Relation]]]:
        """The relations by their TableGroup: tables in its order, then views. Others come last."""
        by_name = {(one.schema, one.name): one for one in self.catalog.relations}
        found: list[tuple[Group | None, list[Relation]]] = []
        for group in (*self.content.diagram.groups, None):
            tables = [by_name[name] for name in group.tables if name in by_name] if group else []
            rest = [one for one in self.catalog.relations if self.group_of(one) is group]
            found.append((group, list(dict.fromkeys([*tables, *rest]))))
        return [(group, relations) for group, relations in found if relations]

    def group_of(self, relation: Relation) -> Group | None:
        """The TableGroup of a table, or that of all tables that a view reads."""
        if not relation.is_table:
            uses = self.content.usage.views[relation.oid].uses
            groups = {self.group_of(self.relations[use.relation]) for use in uses}
            return groups.pop() if len(groups) == 1 else None
        name = (relation.schema, relation.name)
        return next((one for one in self.content.diagram.groups if name in one.tables), None)

    @property
    def query_groups(self) -> list[tuple[Group | None, list[tuple[str, list[QueryUsage]]]]]:
        """The queries by their file, and the files by their TableGroup. Others come last."""
        files: dict[str, list[QueryUsage]] = {}
        for usage in self.content.usage.queries:
            files.setdefault(usage.query.file, []).append(usage)
        found = [
            (group, [one for one in files.items() if self.group_of_file(one[0]) is group])
            for group in (*self.content.diagram.groups, None)
        ]
        return [(group, files) for group, files in found if files]

    def group_of_file(self, file: str) -> Group | None:
        """The TableGroup of the table that a file of queries is named after."""
        name = Path(file).stem
        groups = self.content.diagram.groups
        return next((one for one in groups if name in (table for _, table in one.tables)), None)

    def relation_named(self, schema: str, name: str) -> Relation | None:
        """The table or view; None for a sequence, which has no page."""
        found = (one for one in self.catalog.relations if (one.schema, one.name) == (schema, name))
        return next(found, None)

    def name(self, thing: Relation | Type | Function) -> str:
        return qualified(thing.schema, thing.name)

    def kind(self, relation: Relation) -> str:
        return RELATION_KINDS[relation.kind]

    def columns_of(self, relation: Relation) -> list[Column]:
        return [one for one in self.catalog.columns if one.table == relation.oid]

    def constraints_of(self, relation: Relation) -> list[Constraint]:
        return [one for one in self.catalog.constraints if one.table == relation.oid]

    def indexes_of(self, relation: Relation) -> list[Index]:
        return [one for one in self.catalog.indexes if one.table == relation.oid]

    def triggers_of(self, relation: Relation) -> list[Trigger]:
        return [one for one in self.catalog.triggers if one.table == relation.oid]

    def policies_of(self, relation: Relation) -> list[Policy]:
        return [one for one in self.catalog.policies if one.table == relation.oid]

    def grants_of(self, source: str, oid: int) -> list[tuple[str, str, str]]:
        """The role, its privileges, and the column they are on, if on one."""
        found = [one for one in self.catalog.grants if (one.catalog, one.oid) == (source, oid)]
        return [(one.grantee, one.privileges, self._granted_column(one)) for one in found]

    def _granted_column(self, grant: Grant) -> str:
        return self.columns[grant.oid, grant.column].name if grant.column else ""

    def foreign_keys(self) -> list[Constraint]:
        return [one for one in self.catalog.constraints if one.kind == "f"]

    def referenced_by(self, relation: Relation) -> list[Constraint]:
        return [one for one in self.foreign_keys() if one.foreign_table == relation.oid]

    def is_in_key(self, column: Column) -> bool:
        return any(
            one.table == column.table and one.kind == "p" and column.number in one.columns
            for one in self.catalog.constraints
        )

    def type_of(self, column: Column) -> Type | None:
        """The enum, domain or composite type of a column or its elements; None for others."""
        arrays = {one.array_oid: one for one in self.catalog.types}
        return self.types.get(column.type_oid) or arrays.get(column.type_oid)

    def columns_of_type(self, type_: Type) -> list[Column]:
        return [one for one in self.catalog.columns if self.type_of(one) == type_]

    def index_note(self, relation: Relation, index: Index) -> str:
        """The note on an index in the DBML."""
        place = ((relation.schema, relation.name), index.name)
        return self.content.diagram.index_notes.get(place, "")
