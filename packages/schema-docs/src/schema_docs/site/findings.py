"""What is worth a look: queries without an index, indexes without a query, and the like."""

from collections.abc import Sequence
from dataclasses import dataclass

from schema_docs.catalog.model import Constraint, Identity, Index
from schema_docs.site.linked import Link
from schema_docs.site.model import Model
from schema_docs.site.objects import BOOKKEEPING
from schema_docs.usage.collect import QueryUsage
from schema_docs.usage.plans import Scan


@dataclass(frozen=True)
class Finding:
    """Something found at several places, and what it may mean."""

    title: str
    meaning: str
    places: tuple[Link, ...]


def find(model: Model) -> list[Finding]:
    """What a DBA would want to know first, without what is not there."""
    catalog, usage = model.catalog, model.content.usage
    columns = [one for one in catalog.columns if model.relations[one.table].is_table]
    found = [
        Finding(
            "Queries that no index narrows",
            "They read all of a table, or an index from end to end: fine while it is small.",
            tuple(model.query_link(one) for one in usage.queries if unserved(one)),
        ),
        Finding(
            "Indexes that no query searches",
            "They cost every write. One that keeps rows unique may be there for that alone.",
            tuple(_index_link(model, one) for one in catalog.indexes if is_idle(model, one)),
        ),
        Finding(
            "Foreign keys without an index",
            "Deleting a row they refer to, or changing its key, reads all of the referring table.",
            tuple(
                _link(model, "constraint", one.name, Identity("pg_constraint", one.oid))
                for one in model.foreign_keys()
                if not has_index(one, catalog.indexes)
            ),
        ),
        Finding(
            "Columns that nothing here uses",
            "No query, function or view names them: written by a default, or read elsewhere.",
            tuple(
                model.column_link(one)
                for one in columns
                if not model.users_of(one.table, one.number)
                and model.relations[one.table].name not in BOOKKEEPING
            ),
        ),
        Finding(
            "What cannot be seen through",
            "What these do beyond what their pages say is not in any list here.",
            tuple(model.function_link(oid) for oid, one in usage.functions.items() if one.blind),
        ),
    ]
    return [one for one in found if one.places]


def unserved(usage: QueryUsage) -> list[Scan]:
    """The ways into tables that no index narrows."""
    return [one for one in usage.plan.scans if not one.is_search] if usage.plan else []


def is_idle(model: Model, index: Index) -> bool:
    """Whether no plan would search the index."""
    return model.relations[index.table].is_table and not (
        model.searching(index) or model.relations[index.table].name in BOOKKEEPING
    )


def has_index(key: Constraint, indexes: Sequence[Index]) -> bool:
    """Whether an index begins with a foreign key's columns, in any order."""
    wanted = set(key.columns)
    return any(
        one.table == key.table and set(one.columns[: len(wanted)]) == wanted for one in indexes
    )


def _index_link(model: Model, index: Index) -> Link:
    return _link(model, "index", index.name, Identity("pg_index", index.oid))


def _link(model: Model, kind: str, name: str, identity: Identity) -> Link:
    return Link(kind, name, model.links[identity])
