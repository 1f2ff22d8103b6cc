"""The consumers of columns and rows: queries, functions and views."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from schema_docs.catalog.model import Relation
from schema_docs.site.links import Link, Links
from schema_docs.site.objects import Objects
from schema_docs.usage.collect import QueryUsage
from schema_docs.usage.lineage import Effect, Step
from schema_docs.usage.uses import WRITES, TreeUses

ACCESS_VERBS: Final[Mapping[str, str]] = {
    "insert": "inserts",
    "update": "updates",
    "delete": "deletes",
    "lock": "locks",
    "filter": "filters by",
    "sort": "sorts by",
    "read": "reads",
}
_ORDER: Final = list(ACCESS_VERBS)


@dataclass(frozen=True)
class Consumer:
    """A query, function or view that uses a column or a row, its kinds of access, and the path."""

    link: Link
    access: tuple[str, ...]
    path: tuple[Link, ...]

    @property
    def writes(self) -> bool:
        return bool(WRITES & set(self.access))

    @property
    def is_helped_by_index(self) -> bool:
        return bool({"filter", "sort"} & set(self.access))


Touches = list[tuple[Relation, list[tuple[str, Consumer]]]]
"""Tables with the columns that a consumer touches; the name of a row is empty."""

_Consumers = dict[tuple[int, int], list[Consumer]]
"""Consumers by the oid of a table and the number of a column, 0 for the row."""


class Consumers:
    """The consumers of each column, and the columns that each consumer touches."""

    def __init__(self, objects: Objects, links: Links) -> None:
        self.objects = objects
        self.links = links

    @cached_property
    def _all(self) -> _Consumers:
        """All consumers: queries first, then functions and views."""
        usage = self.objects.content.usage
        found: _Consumers = {}
        for query in usage.queries:
            self._add(found, self.links.query(query), query.effects.all)
        for oid, function in usage.functions.items():
            self._add(found, self.links.function(oid), _direct(function.found))
        for oid, view in usage.views.items():
            self._add(found, self.links.relation(self.objects.relations[oid]), _direct(view))
        return found

    def _add(self, consumers: _Consumers, link: Link, effects: Iterable[Effect]) -> None:
        access: dict[tuple[int, int], dict[tuple[Step, ...], set[str]]] = {}
        for effect in effects:
            paths = access.setdefault((effect.use.relation, effect.use.column), {})
            paths.setdefault(effect.path, set()).add(effect.use.access)
        for place, paths in access.items():
            for path, found in paths.items():
                ordered = tuple(sorted(found, key=_ORDER.index))
                consumer = Consumer(link, ordered, tuple(map(self.links.step, path)))
                consumers.setdefault(place, []).append(consumer)

    def of_column(self, table: int, column: int) -> list[Consumer]:
        return self._all.get((table, column), [])

    def of_rows(self, relation: Relation) -> list[Consumer]:
        """The consumers that insert, delete, lock or only count rows."""
        named = {
            consumer.link
            for column in self.objects.columns_of(relation)
            for consumer in self.of_column(relation.oid, column.number)
        }
        found = self.of_column(relation.oid, 0)
        return [one for one in found if one.access != ("read",) or one.link not in named]

    def names_of(self, relation: Relation) -> list[Link]:
        """The consumers of a table or any of its columns, each once."""
        numbers = [0, *(one.number for one in self.objects.columns_of(relation))]
        found = [one for number in numbers for one in self.of_column(relation.oid, number)]
        return list(dict.fromkeys(one.link for one in found))

    def touches_of_query(self, usage: QueryUsage) -> Touches:
        """The columns that a query touches, directly or not."""
        return self._touches(self.links.query(usage), usage.effects.all)

    def touches_of_function(self, oid: int) -> Touches:
        """The columns that a function touches directly."""
        found = self.objects.content.usage.functions[oid].found
        return self._touches(self.links.function(oid), _direct(found))

    def _touches(self, link: Link, effects: Iterable[Effect]) -> Touches:
        consumers: _Consumers = {}
        self._add(consumers, link, effects)
        tables: dict[int, list[tuple[str, Consumer]]] = {}
        for (table, number), found in sorted(consumers.items()):
            name = self.objects.columns[table, number].name if number else ""
            tables.setdefault(table, []).extend((name, one) for one in found)
        return [(self.objects.relations[oid], columns) for oid, columns in tables.items()]


def direct_links(consumers: Iterable[Consumer]) -> list[Link]:
    """The consumers that use something directly, each once."""
    return list(dict.fromkeys(one.link for one in consumers if not one.path))


def indirect_links(consumers: Iterable[Consumer]) -> list[Link]:
    """The consumers that use something only through others, each once."""
    consumers = list(consumers)
    direct = direct_links(consumers)
    return [
        link
        for link in dict.fromkeys(one.link for one in consumers if one.path)
        if link not in direct
    ]


def helped_by_index(consumers: Iterable[Consumer]) -> list[Link]:
    """The direct consumers that filter or sort."""
    return direct_links(one for one in consumers if one.is_helped_by_index)


def summary(consumers: Collection[Consumer]) -> str:
    """The number of consumers that write, and of those that only read."""
    writers = {one.link for one in consumers if one.writes}
    readers = {one.link for one in consumers} - writers
    parts = [
        f"{len(writers)} write" if writers else "",
        f"{len(readers)} read" if readers else "",
    ]
    return " · ".join(filter(None, parts)) or "unused"


def _direct(uses: TreeUses) -> Iterator[Effect]:
    return (Effect(use, ()) for use in uses.uses)
