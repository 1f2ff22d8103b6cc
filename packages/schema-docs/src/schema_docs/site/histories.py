"""The history of each object, newest migration first."""

from collections.abc import Iterator

from schema_docs.catalog.history import Change, Migration
from schema_docs.catalog.model import Relation
from schema_docs.site.objects import Objects

History = Iterator[tuple[Migration, list[Change]]]
"""Migrations with their changes of one object."""


def history_of_table(objects: Objects, relation: Relation) -> History:
    """The changes of a table and of its parts, under earlier names, too."""
    names = {objects.name(relation)}
    for migration in reversed(objects.content.migrations):
        changes = [
            one
            for one in migration.changes
            if {state.table for state in (one.before, one.after) if state} & names
        ]
        names |= {one.before.table for one in changes if one.before}
        if changes:
            yield migration, changes


def history_of(objects: Objects, source: str, oid: int) -> History:
    """The changes of an object that has an oid in the catalog `source`."""
    for migration in reversed(objects.content.migrations):
        changes = [
            one
            for one in migration.changes
            if (one.identity.catalog, one.identity.oid) == (source, oid)
        ]
        if changes:
            yield migration, changes
