"""Links to the objects of a schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from schema_docs.catalog.history import Migration, first_migrations
from schema_docs.catalog.model import Column, Identity, Relation, Trigger, Type
from schema_docs.site.addresses import page_addresses
from schema_docs.site.objects import TYPE_KINDS, Objects
from schema_docs.usage.collect import QueryUsage
from schema_docs.usage.lineage import Step


@dataclass(frozen=True)
class Link:
    """An object's kind and name, and its address from the root of the site."""

    kind: str
    name: str
    url: str


class Links:
    """The link to each object."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.addresses = page_addresses(objects.catalog)
        self._since = first_migrations(objects.content.migrations)

    def relation(self, relation: Relation) -> Link:
        url = self.addresses[Identity("pg_class", relation.oid)]
        return Link(self.objects.kind(relation), self.objects.name(relation), url)

    def column(self, column: Column) -> Link:
        table = self.objects.name(self.objects.relations[column.table])
        return Link("column", f"{table}.{column.name}", self.addresses[column.identification])

    def query(self, usage: QueryUsage) -> Link:
        return Link("query", usage.query.name, f"queries/{usage.query.name}.html")

    def function(self, oid: int) -> Link:
        url = self.addresses[Identity("pg_proc", oid)]
        return Link("function", self.objects.name(self.objects.functions[oid]), url)

    def type(self, type_: Type) -> Link:
        url = self.addresses[Identity("pg_type", type_.oid)]
        return Link(TYPE_KINDS[type_.kind], self.objects.name(type_), url)

    def trigger(self, trigger: Trigger) -> Link:
        return Link("trigger", trigger.name, self.addresses[Identity("pg_trigger", trigger.oid)])

    def migration(self, migration: Migration) -> Link:
        return Link("migration", migration.title, f"migrations/{migration.name}.html")

    def step(self, step: Step) -> Link:
        match step.kind:
            case "trigger":
                return self.trigger(self.objects.triggers[step.oid])
            case "view":
                return self.relation(self.objects.relations[step.oid])
            case "function":
                return self.function(step.oid)

    def since(self, source: str, oid: int, part: str = "0") -> Link | None:
        """The migration that created an object."""
        name = self._since.get(Identity(source, oid, part))
        found = (one for one in self.objects.content.migrations if one.name == name)
        return next((self.migration(one) for one in found), None)

    def identity(self, identity: Identity) -> Link | None:
        """An object of any kind, by its present name; None for one without a place."""
        url = self.addresses.get(identity)
        if url is None:
            return None
        match identity.catalog:
            case "pg_class" if identity.part != "0":
                return self.column(self.objects.columns[identity.oid, int(identity.part)])
            case "pg_class":
                return self.relation(self.objects.relations[identity.oid])
            case "pg_proc":
                return self.function(identity.oid)
            case "pg_type":
                return self.type(self.objects.types[identity.oid])
            case source:
                return Link(source.removeprefix("pg_"), self._part_names[identity.oid], url)

    @cached_property
    def _part_names(self) -> Mapping[int, str]:
        """The names of the parts of tables."""
        catalog = self.objects.catalog
        names = {one.oid: one.name for one in catalog.constraints}
        names |= {one.oid: one.name for one in catalog.indexes}
        names |= {one.oid: one.name for one in catalog.triggers}
        return names | {one.oid: one.name for one in catalog.policies}

    def references_of(self, column: Column) -> list[Link]:
        """The columns that a column's foreign keys refer to."""
        found: list[Link] = []
        for key in self.objects.foreign_keys():
            if key.table == column.table and column.number in key.columns:
                number = key.foreign_columns[key.columns.index(column.number)]
                found.append(self.column(self.objects.columns[key.foreign_table, number]))
        return found

    def dependents(self, column: Column) -> list[Link]:
        """The objects without which PostgreSQL does not drop a column."""
        found = [
            self.identity(one.dependent)
            for one in self.objects.catalog.dependencies
            if (one.table, one.column) == (column.table, column.number)
        ]
        return [link for link in found if link is not None]
