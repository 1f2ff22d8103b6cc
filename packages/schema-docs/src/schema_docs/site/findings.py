"""Findings: queries without an index, indexes without a query, and other things worth a look."""

from collections.abc import Sequence
from dataclasses import dataclass

from schema_docs.catalog.model import Column, Constraint, Identity, Index
from schema_docs.site.calls import Calls
from schema_docs.site.consumers import Consumers
from schema_docs.site.links import Link, Links
from schema_docs.site.objects import BOOKKEEPING, Objects
from schema_docs.usage.collect import QueryUsage
from schema_docs.usage.plans import Scan


@dataclass(frozen=True)
class Finding:
    """A kind of finding, its meaning, and the places where it is."""

    title: str
    meaning: str
    places: tuple[Link, ...]


def find(objects: Objects, links: Links) -> list[Finding]:
    """The findings that a DBA would want to know first, without those that have no place."""
    catalog, usage = objects.catalog, objects.content.usage
    consumers, calls = Consumers(objects, links), Calls(objects, links)
    columns = [one for one in catalog.columns if _is_of_table(objects, one)]
    indexes = [one for one in catalog.indexes if _is_of_table(objects, one)]
    found = [
        Finding(
            "Queries that no index narrows",
            "They read all of a table, or an index from end to end: fine while it is small.",
            tuple(links.query(one) for one in usage.queries if scans_without_index(one)),
        ),
        Finding(
            "Indexes that no query searches",
            "They cost every write. One that keeps rows unique may be there for that alone.",
            tuple(_index_link(links, one) for one in indexes if not calls.searching(one)),
        ),
        Finding(
            "Foreign keys without an index",
            "Deleting a row they refer to, or changing its key, reads all of the referring table.",
            tuple(
                _link(links, "constraint", one.name, Identity("pg_constraint", one.oid))
                for one in objects.foreign_keys()
                if not has_index(one, catalog.indexes)
            ),
        ),
        Finding(
            "Columns that nothing here uses",
            "No query, function or view names them: written by a default, or read elsewhere.",
            tuple(
                links.column(one)
                for one in columns
                if not consumers.of_column(one.table, one.number)
            ),
        ),
        Finding(
            "Functions that are not fully known",
            "They may use more than their pages and the lists here say.",
            tuple(links.function(oid) for oid, one in usage.functions.items() if one.opaque),
        ),
    ]
    return [one for one in found if one.places]


def scans_without_index(usage: QueryUsage) -> list[Scan]:
    """The scans in the plan of a query that no index narrows."""
    return [one for one in usage.plan.scans if not one.is_search] if usage.plan else []


def has_index(key: Constraint, indexes: Sequence[Index]) -> bool:
    """Whether an index begins with the columns of a foreign key, in any order."""
    wanted = set(key.columns)
    return any(
        one.table == key.table and set(one.columns[: len(wanted)]) == wanted for one in indexes
    )


def _is_of_table(objects: Objects, part: Column | Index) -> bool:
    """Whether a column or index is one of a table, other than the migration tool's."""
    relation = objects.relations[part.table]
    return relation.is_table and relation.name not in BOOKKEEPING


def _index_link(links: Links, index: Index) -> Link:
    return _link(links, "index", index.name, Identity("pg_index", index.oid))


def _link(links: Links, kind: str, name: str, identity: Identity) -> Link:
    return Link(kind, name, links.addresses[identity])
