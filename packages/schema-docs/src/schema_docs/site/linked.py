"""Objects with their addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from schema_docs.catalog.history import Migration, first_migrations
from schema_docs.catalog.model import Column, Identity, Relation, Trigger, Type
from schema_docs.content import Content
from schema_docs.site.links import page_links
from schema_docs.site.objects import TYPE_KINDS, Objects
from schema_docs.usage.collect import QueryUsage


@dataclass(frozen=True)
class Link:
    """An object by name, with its address from the root of the site."""

    kind: str
    name: str
    url: str


class Linked(Objects):
    """Knows where on the site each object is."""

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        self.links = page_links(self.catalog)
        self.since = first_migrations(content.migrations)

    def relation_link(self, relation: Relation) -> Link:
        url = self.links[Identity("pg_class", relation.oid)]
        return Link(self.kind(relation), self.name(relation), url)

    def column_link(self, column: Column) -> Link:
        table = self.name(self.relations[column.table])
        return Link("column", f"{table}.{column.name}", self.links[column.identification])

    def query_link(self, usage: QueryUsage) -> Link:
        return Link("query", usage.query.name, f"queries/{usage.query.name}.html")

    def function_link(self, oid: int) -> Link:
        url = self.links[Identity("pg_proc", oid)]
        return Link("function", self.name(self.functions[oid]), url)

    def type_link(self, type_: Type) -> Link:
        url = self.links[Identity("pg_type", type_.oid)]
        return Link(TYPE_KINDS[type_.kind], self.name(type_), url)

    def trigger_link(self, trigger: Trigger) -> Link:
        return Link("trigger", trigger.name, self.links[Identity("pg_trigger", trigger.oid)])

    def migration_link(self, migration: Migration) -> Link:
        return Link("migration", migration.title, f"migrations/{migration.name}.html")

    def since_link(self, source: str, oid: int, part: str = "0") -> Link | None:
        """The migration that made an object."""
        name = self.since.get(Identity(source, oid, part))
        found = (one for one in self.content.migrations if one.name == name)
        return next((self.migration_link(one) for one in found), None)

    def identity_link(self, identity: Identity) -> Link | None:
        """An object of any kind, by its name now."""
        url = self.links.get(identity)
        if url is None:
            return None
        match identity.catalog:
            case "pg_class" if identity.part != "0":
                return self.column_link(self.columns[identity.oid, int(identity.part)])
            case "pg_class":
                return self.relation_link(self.relations[identity.oid])
            case "pg_proc":
                return self.function_link(identity.oid)
            case "pg_type":
                return self.type_link(self.types[identity.oid])
            case source:
                return Link(source.removeprefix("pg_"), self._part_names[identity.oid], url)

    @cached_property
    def _part_names(self) -> Mapping[int, str]:
        """The names of what belongs to tables."""
        catalog = self.catalog
        names = {one.oid: one.name for one in catalog.constraints}
        names |= {one.oid: one.name for one in catalog.indexes}
        names |= {one.oid: one.name for one in catalog.triggers}
        return names | {one.oid: one.name for one in catalog.policies}

    def references_of(self, column: Column) -> list[Link]:
        """The columns that a column's foreign keys refer to."""
        found: list[Link] = []
        for key in self.foreign_keys():
            if key.table == column.table and column.number in key.columns:
                number = key.foreign_columns[key.columns.index(column.number)]
                found.append(self.column_link(self.columns[key.foreign_table, number]))
        return found
