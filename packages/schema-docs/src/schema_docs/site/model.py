"""The content as the pages ask for it: who uses what, and what happened when."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from schema_docs.catalog.history import Change, Migration
from schema_docs.catalog.model import Column, Index, Relation
from schema_docs.site.linked import Link, Linked
from schema_docs.usage.collect import QueryUsage
from schema_docs.usage.reach import Reached, Step
from schema_docs.usage.uses import WRITES, TreeUses

HOWS: Final[Mapping[str, str]] = {
    "insert": "inserts",
    "update": "updates",
    "delete": "deletes",
    "lock": "locks",
    "filter": "filters by",
    "sort": "sorts by",
    "read": "reads",
}
_ORDER: Final = list(HOWS)


@dataclass(frozen=True)
class User:
    """What uses a column or a row, how, and through what."""

    link: Link
    hows: tuple[str, ...]
    way: tuple[Link, ...]

    @property
    def writes(self) -> bool:
        return bool(WRITES & set(self.hows))

    @property
    def is_helped_by_index(self) -> bool:
        return bool({"filter", "sort"} & set(self.hows))


Touched = list[tuple[Relation, list[tuple[str, User]]]]
"""Tables with the columns that are used; a row as such has no column's name."""


class Model(Linked):
    """Answers the questions of the pages."""

    @cached_property
    def _users(self) -> Mapping[tuple[int, int], list[User]]:
        """The users of each column, 0 for rows: queries first, then functions and views."""
        users: dict[tuple[int, int], list[User]] = {}
        for usage in self.content.usage.queries:
            self._add_users(users, self.query_link(usage), usage.followed.reached)
        for oid, function in self.content.usage.functions.items():
            self._add_users(users, self.function_link(oid), _direct(function.found))
        for oid, view in self.content.usage.views.items():
            self._add_users(users, self.relation_link(self.relations[oid]), _direct(view))
        return users

    def _add_users(
        self, users: dict[tuple[int, int], list[User]], link: Link, reached: Iterable[Reached]
    ) -> None:
        hows: dict[tuple[int, int], dict[tuple[Step, ...], set[str]]] = {}
        for one in reached:
            ways = hows.setdefault((one.use.relation, one.use.column), {})
            ways.setdefault(one.way, set()).add(one.use.how)
        for place, ways in hows.items():
            for way, found in ways.items():
                ordered = tuple(sorted(found, key=_ORDER.index))
                users.setdefault(place, []).append(User(link, ordered, self._way(way)))

    def users_of(self, table: int, column: int) -> list[User]:
        return self._users.get((table, column), [])

    def row_users(self, relation: Relation) -> list[User]:
        """Who inserts, deletes, locks or only counts rows."""
        named = {
            user.link
            for column in self.columns_of(relation)
            for user in self.users_of(relation.oid, column.number)
        }
        users = self.users_of(relation.oid, 0)
        return [user for user in users if user.hows != ("read",) or user.link not in named]

    def dependents(self, column: Column) -> list[Link]:
        """What PostgreSQL would not let stand without the column."""
        found = [
            self.identity_link(one.dependent)
            for one in self.catalog.dependencies
            if (one.table, one.column) == (column.table, column.number)
        ]
        return [link for link in found if link is not None]

    def touched(self, usage: QueryUsage) -> Touched:
        """What a query touches."""
        return self._touched(self.query_link(usage), usage.followed.reached)

    def uses_of_function(self, oid: int) -> Touched:
        """What a function touches by itself."""
        found = self.content.usage.functions[oid].found
        return self._touched(self.function_link(oid), _direct(found))

    def _touched(self, link: Link, reached: Iterable[Reached]) -> Touched:
        users: dict[tuple[int, int], list[User]] = {}
        self._add_users(users, link, reached)
        tables: dict[int, list[tuple[str, User]]] = {}
        for (table, number), found in sorted(users.items()):
            name = self.columns[table, number].name if number else ""
            tables.setdefault(table, []).extend((name, user) for user in found)
        return [(self.relations[oid], columns) for oid, columns in tables.items()]

    def starters(self, oid: int) -> list[Link]:
        """What starts a function: queries, functions and triggers."""
        found = [
            self.query_link(usage)
            for usage in self.content.usage.queries
            if usage.followed.steps.get(Step("function", oid)) == ()
        ]
        found += [
            self.function_link(caller)
            for caller, uses in self.content.usage.functions.items()
            if oid in uses.found.functions
        ]
        return found + [
            self.trigger_link(one) for one in self.catalog.triggers if one.function == oid
        ]

    def searching(self, index: Index) -> list[Link]:
        """The queries and functions whose plans could search an index."""
        relation = self.relations[index.table]
        key = (relation.schema, index.name)
        found = [
            self.query_link(usage)
            for usage in self.content.usage.queries
            if usage.plan is not None and key in usage.plan.indexes
        ]
        return found + [
            self.function_link(oid)
            for oid, uses in self.content.usage.functions.items()
            if any(key in plan.indexes for _, plan in uses.plans)
        ]

    def user_links(self, users: Iterable[User]) -> list[Link]:
        """Who uses something by itself, each once; through a function it is the function's use."""
        return list(dict.fromkeys(user.link for user in users if not user.way))

    def user_names(self, relation: Relation) -> list[Link]:
        """Who uses a table or any of its columns."""
        numbers = [0, *(one.number for one in self.columns_of(relation))]
        users = [user for number in numbers for user in self.users_of(relation.oid, number)]
        return list(dict.fromkeys(user.link for user in users))

    def helped_by_index(self, users: Iterable[User]) -> list[Link]:
        return self.user_links(user for user in users if user.is_helped_by_index)

    def use_summary(self, users: Iterable[User]) -> str:
        """How many write and how many only read."""
        writers = {user.link for user in users if user.writes}
        readers = {user.link for user in users} - writers
        parts = [
            f"{len(writers)} write" if writers else "",
            f"{len(readers)} read" if readers else "",
        ]
        return " · ".join(filter(None, parts)) or "unused"

    def written_tables(self, usage: QueryUsage) -> list[Relation]:
        oids = {one.use.relation for one in usage.followed.reached if one.use.how in WRITES}
        return [one for one in self.catalog.relations if one.oid in oids]

    def started_functions(self, usage: QueryUsage) -> list[int]:
        """The functions that a query starts, by itself or by a trigger."""
        found = [
            self.triggers[step.oid].function if step.kind == "trigger" else step.oid
            for step in usage.followed.steps
            if step.kind != "view"
        ]
        return list(dict.fromkeys(found))

    def blind_functions(self, usage: QueryUsage) -> list[Link]:
        functions = self.content.usage.functions
        started = self.started_functions(usage)
        return [self.function_link(oid) for oid in started if functions[oid].blind]

    def planned_functions(self, usage: QueryUsage) -> list[Link]:
        functions = self.content.usage.functions
        started = self.started_functions(usage)
        return [self.function_link(oid) for oid in started if functions[oid].plans]

    def _way(self, way: Iterable[Step]) -> tuple[Link, ...]:
        return tuple(
            self.trigger_link(self.triggers[step.oid])
            if step.kind == "trigger"
            else self.relation_link(self.relations[step.oid])
            if step.kind == "view"
            else self.function_link(step.oid)
            for step in way
        )

    def history(self, relation: Relation) -> Iterator[tuple[Migration, list[Change]]]:
        """The migrations that changed a table or what belongs to it, with the changes."""
        names = {self.name(relation)}
        for migration in reversed(self.content.migrations):
            changes = [
                one
                for one in migration.changes
                if {state.table for state in (one.before, one.after) if state} & names
            ]
            names |= {one.before.table for one in changes if one.before}
            if changes:
                yield migration, changes

    def history_of(self, source: str, oid: int) -> Iterator[tuple[Migration, list[Change]]]:
        for migration in reversed(self.content.migrations):
            changes = [
                one
                for one in migration.changes
                if (one.identity.catalog, one.identity.oid) == (source, oid)
            ]
            if changes:
                yield migration, changes


def _direct(uses: TreeUses) -> Iterator[Reached]:
    return (Reached(use, ()) for use in uses.uses)
