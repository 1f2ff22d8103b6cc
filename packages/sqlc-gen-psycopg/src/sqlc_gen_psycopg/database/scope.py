"""The query that an expression belongs to, and the place where it stands there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlc_gen_psycopg.database.catalog import Catalog
from sqlc_gen_psycopg.database.requirements import Items, Requirements
from sqlc_gen_psycopg.pg_trees import Node


@dataclass(frozen=True)
class Nullability:
    """Of a column; `is_outer` as in ColumnFacts."""

    is_nullable: bool
    is_outer: bool = False


class Scope(Protocol):
    """A query, inside of another one or by itself.

    Whether parameter $n can be NULL is at n - 1 of `nullable_parameters`. `place` is where the
    query stands in the one around it. `assumed` are the columns of its CTEs that are known, or
    taken to be until they are: those of WITH RECURSIVE.
    """

    query: Node
    catalog: Catalog
    requirements: Requirements
    nullable_parameters: Sequence[bool]
    place: "Place | None"
    has_single_srf: bool
    assumed: dict[str, tuple[Nullability, ...]]

    @property
    def is_always_one_row(self) -> bool:
        """Whether it returns one row whatever the data are."""
        ...

    def output(self) -> tuple[Nullability, ...]:
        """The columns that it returns."""
        ...

    def variable(self, node: Node, place: "Place") -> Nullability:
        """The nullability of a VAR."""
        ...

    def seen_from_inside(self, node: Node, place: "Place") -> Nullability:
        """The nullability of a VAR of this query, read by a query that stands at the place."""
        ...

    def verdict(self, expression: Node, place: "Place") -> bool | None:
        """Whether conditions and groups make the expression nullable; None if neither."""
        ...

    def subquery(self, query: Node, place: "Place | None" = None) -> "Scope":
        """A query inside of this one: in an expression at the place, or else in FROM or WITH."""
        ...

    def standalone(self, query: Node, catalog: Catalog | None = None) -> "Scope":
        """A query by itself, as of a view."""
        ...

    def ancestor(self, levels: int) -> "Scope":
        """The query that many levels around this one."""
        ...

    def matched_by(self, items: Items) -> frozenset[tuple[int, int]]:
        """See Joins."""
        ...

    def members_of(self, join: int) -> frozenset[tuple[int, int]]:
        """See Joins."""
        ...

    def aggregate(self, node: Node, place: "Place") -> bool:
        """Whether an AGGREF can be NULL."""
        ...

    def window_function(self, node: Node, place: "Place") -> bool:
        """Whether a WINDOWFUNC can be NULL."""
        ...


@dataclass(frozen=True)
class Place:
    """Where in its query an expression stands.

    `is_grouped`: after GROUP BY. `known`: the keys of expressions that a CASE has found to be
    non-NULL, and `matched` the joins that it has found a row for. `subquery`: in the test of a
    subquery, whether each of its columns can be NULL. `is_before_change`: the row of the changed
    table is still the old one. `has_test_value`: CASETESTEXPR, which stands for an element of an
    array that is cast, is not NULL.
    """

    scope: Scope
    is_grouped: bool = True
    known: frozenset[str] = frozenset()
    matched: frozenset[tuple[int, int]] = frozenset()
    subquery: tuple[bool, ...] = ()
    is_before_change: bool = False
    has_test_value: bool = False

    def knowing(self, items: Items) -> "Place":
        """The same place, where the items are non-NULL."""
        return replace(
            self,
            known=self.known | items.keys(),
            matched=self.matched | self.scope.matched_by(items),
        )

    def in_another_row(self, alike: frozenset[str] = frozenset()) -> "Place":
        """The same place for another row of the query, which the tests of CASE are not about.

        `alike` are the keys of expressions that are equal in both rows.
        """
        return replace(self, known=self.known & alike, matched=frozenset())
