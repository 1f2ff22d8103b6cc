"""The calls of functions, the writes to tables and the searches of indexes by queries."""

from schema_docs.catalog.model import Index, Relation
from schema_docs.site.links import Link, Links
from schema_docs.site.objects import Objects
from schema_docs.usage.collect import QueryUsage
from schema_docs.usage.lineage import Step
from schema_docs.usage.uses import WRITES


class Calls:
    """The callers of each function, and what each query calls, writes and searches."""

    def __init__(self, objects: Objects, links: Links) -> None:
        self.objects = objects
        self.links = links
        self._usage = objects.content.usage

    def callers_of(self, oid: int) -> list[Link]:
        """The queries, functions and triggers that call a function directly."""
        found = [
            self.links.query(usage)
            for usage in self._usage.queries
            if usage.effects.steps.get(Step("function", oid)) == ()
        ]
        found += [
            self.links.function(caller)
            for caller, uses in self._usage.functions.items()
            if oid in uses.found.functions
        ]
        triggers = (one for one in self.objects.catalog.triggers if one.function == oid)
        return found + [self.links.trigger(one) for one in triggers]

    def searching(self, index: Index) -> list[Link]:
        """The queries and functions whose plans could search an index."""
        relation = self.objects.relations[index.table]
        key = (relation.schema, index.name)
        found = [
            self.links.query(usage)
            for usage in self._usage.queries
            if usage.plan is not None and key in usage.plan.indexes
        ]
        return found + [
            self.links.function(oid)
            for oid, uses in self._usage.functions.items()
            if any(key in plan.indexes for _, plan in uses.plans)
        ]

    def written_tables(self, usage: QueryUsage) -> list[Relation]:
        oids = {one.use.relation for one in usage.effects.all if one.use.access in WRITES}
        return [one for one in self.objects.catalog.relations if one.oid in oids]

    def opaque_functions(self, usage: QueryUsage) -> list[Link]:
        """The called functions whose uses are not all known."""
        called = self._called_functions(usage)
        return [self.links.function(oid) for oid in called if self._usage.functions[oid].opaque]

    def planned_functions(self, usage: QueryUsage) -> list[Link]:
        """The called functions that have plans."""
        called = self._called_functions(usage)
        return [self.links.function(oid) for oid in called if self._usage.functions[oid].plans]

    def _called_functions(self, usage: QueryUsage) -> list[int]:
        """The functions that a query calls, directly, by another function or by a trigger."""
        found = [
            self.objects.triggers[step.oid].function if step.kind == "trigger" else step.oid
            for step in usage.effects.steps
            if step.kind != "view"
        ]
        return list(dict.fromkeys(found))
