"""Finds the columns of a query that can be NULL, from its parse tree."""

from collections.abc import Sequence
from functools import cached_property

from sqlc_gen_psycopg.database.aggregates import (
    has_only_full_groups,
    is_nullable_aggregate,
    is_nullable_window_function,
    kept_groups,
)
from sqlc_gen_psycopg.database.catalog import Catalog, Relation
from sqlc_gen_psycopg.database.expressions import is_nullable
from sqlc_gen_psycopg.database.joins import Joins
from sqlc_gen_psycopg.database.modifying import Modification
from sqlc_gen_psycopg.database.range_table import RangeTable, query_of_one_row
from sqlc_gen_psycopg.database.requirements import Items, Requirements, key_of
from sqlc_gen_psycopg.database.rows import count_srfs, is_always_one_row
from sqlc_gen_psycopg.database.scope import Nullability, Place, Scope
from sqlc_gen_psycopg.pg_trees import CommandType, EntryKind, Node, Value

_UNION, _INTERSECT = 1, 2


def analyse(
    query: Node, catalog: Catalog, nullable_parameters: Sequence[bool]
) -> tuple[Nullability, ...]:
    """The columns that a query returns."""
    return QueryScope(query, catalog, nullable_parameters).output()


def analyse_column(relation: Relation, number: int, catalog: Catalog) -> Nullability:
    """A column of a table or view."""
    return QueryScope(query_of_one_row(relation), catalog).range_table.stored(1, number)


class QueryScope:
    """A query; inside of another one it has a place."""

    def __init__(
        self,
        query: Node,
        catalog: Catalog,
        nullable_parameters: Sequence[bool] = (),
        place: Place | None = None,
    ) -> None:
        self.query = query
        self.catalog = catalog
        self.nullable_parameters = nullable_parameters
        self.place = place
        self.range_table = RangeTable(self)
        self._is_select = query.number("commandType") == CommandType.SELECT
        self.modification = None if self._is_select else Modification(self, self.range_table)
        self.requirements = Requirements(catalog.functions, self.key, self._is_never_null)
        self.has_single_srf = count_srfs(query) == 1
        self.assumed: dict[str, tuple[Nullability, ...]] = {}

    @cached_property
    def joins(self) -> Joins:
        return Joins(self.query, self.requirements, self._is_always_one_row)

    def output(self) -> tuple[Nullability, ...]:
        """The columns that it returns."""
        operations = self.query.node("setOperations")
        if operations is not None:
            return self._combined(operations)
        name = "targetList" if self._is_select else "returningList"
        return tuple(
            self._column(target.child("expr"))
            for target in self.query.nodes(name)
            if not target.flag("resjunk")
        )

    @property
    def is_always_one_row(self) -> bool:
        """Whether it returns one row whatever the data are."""
        return is_always_one_row(self.query, self.catalog.functions)

    def variable(self, node: Node, place: Place) -> Nullability:
        """The nullability of a VAR of this query or of one around it."""
        if levels := node.number("varlevelsup"):
            assert self.place is not None
            outer = Node(node.kind, {**node.fields, "varlevelsup": str(levels - 1)})
            return self.place.scope.seen_from_inside(outer, self.place)
        index, attribute = node.number("varno"), node.number("varattno")
        if self.verdict(node, place):
            return Nullability(is_nullable=True)
        changed = self.modification.variable(node, place) if self.modification else None
        if changed is not None:
            return changed
        is_nulled = any(
            self.joins.nulls(join, index) and (join, index) not in place.matched
            for join in node.members("varnullingrels")
        )
        if is_nulled:
            return Nullability(is_nullable=True, is_outer=True)
        if (index, attribute) in self.joins.nonnull:
            return Nullability(is_nullable=False)
        return self.range_table.column(index, attribute, place)

    def seen_from_inside(self, node: Node, place: Place) -> Nullability:
        """The nullability of a VAR of this query, read by a query that stands at the place."""
        if self.verdict(node, place) is False:
            return Nullability(is_nullable=False)
        return self.variable(node, place)

    def verdict(self, expression: Node, place: Place) -> bool | None:
        """Whether conditions and groups make the expression nullable, or not; None if neither."""
        required = self.joins.items if self._are_conditions_of_output else {}
        if not (required or place.known or self._having or self._ungrouped):
            return None
        key = self.key(expression)
        if key in place.known or (place.is_grouped and key in self._having):
            return False
        if place.is_grouped and key in self._ungrouped:
            return True
        if key not in required or (place.is_grouped and self._has_ungrouped_part(expression)):
            return None
        return False

    def subquery(self, query: Node, place: Place | None = None) -> "QueryScope":
        """A query inside of this one: in an expression at the place, or else in FROM or WITH."""
        place = place or Place(self, is_grouped=False)
        return QueryScope(query, self.catalog, self.nullable_parameters, place)

    def standalone(self, query: Node, catalog: Catalog | None = None) -> "QueryScope":
        """A query by itself, as of a view or a function, whose arguments are not known."""
        return QueryScope(query, catalog or self.catalog)

    def ancestor(self, levels: int) -> Scope:
        """The query that many levels around this one."""
        scope: Scope = self
        for _ in range(levels):
            assert scope.place is not None
            scope = scope.place.scope
        return scope

    def matched_by(self, items: Items) -> frozenset[tuple[int, int]]:
        """See Joins."""
        return self.joins.matched_by(items)

    def members_of(self, join: int) -> frozenset[tuple[int, int]]:
        """See Joins."""
        return self.joins.members_of(join)

    def aggregate(self, node: Node, place: Place) -> bool:
        """Whether an AGGREF can be NULL."""
        return is_nullable_aggregate(node, place, self.query)

    def window_function(self, node: Node, place: Place) -> bool:
        """Whether a WINDOWFUNC can be NULL."""
        by = frozenset(
            clause.number("tleSortGroupRef")
            for window in self.query.nodes("windowClause")
            if window.number("winref") == node.number("winref")
            for clause in window.nodes("partitionClause")
        )
        return is_nullable_window_function(node, place, self.query, self._keys_of_groups(by))

    def key(self, expression: Node) -> str:
        """The key of an expression; a reference to one of GROUP BY has the key of that one."""
        return key_of(expression, self._grouped_by)

    def _column(self, expression: Node) -> Nullability:
        place = Place(self)
        nullable = is_nullable(expression, place)
        if nullable and expression.kind == "VAR":
            return self.variable(expression, place)
        return Nullability(nullable)

    def _combined(self, operation: Node) -> tuple[Nullability, ...]:
        """The columns of UNION, INTERSECT or EXCEPT."""
        if operation.kind == "RANGETBLREF":
            return self.range_table.columns(operation.number("rtindex"))
        left = self._combined(operation.child("larg"))
        right = self._combined(operation.child("rarg"))
        match operation.number("op"):
            case kind if kind == _UNION:
                nullable = [
                    a.is_nullable or b.is_nullable for a, b in zip(left, right, strict=True)
                ]
            case kind if kind == _INTERSECT:
                nullable = [
                    a.is_nullable and b.is_nullable for a, b in zip(left, right, strict=True)
                ]
            case _:
                nullable = [column.is_nullable for column in left]
        return tuple(map(Nullability, nullable))

    @cached_property
    def _are_conditions_of_output(self) -> bool:
        """Whether each row that is returned is, unchanged, one that met the conditions."""
        if self.modification is not None:
            return self.modification.keeps_rows
        is_grouped = any(
            self.query.fields.get(name) not in (None, "false")
            for name in ("hasAggs", "havingQual", "groupClause", "groupingSets")
        )
        return not is_grouped or has_only_full_groups(self.query)

    @cached_property
    def _having(self) -> Items:
        return self.requirements.of_true(self.query.node("havingQual"))

    @cached_property
    def _ungrouped(self) -> frozenset[str]:
        """The keys of the expressions that some grouping set makes NULL."""
        if not self.query.fields.get("groupingSets"):
            return frozenset()
        return self._keys_of_groups(self._group_references - kept_groups(self.query))

    @cached_property
    def _kept(self) -> frozenset[str]:
        """The keys of the expressions that are in every grouping set."""
        return self._keys_of_groups(kept_groups(self.query))

    def _keys_of_groups(self, references: frozenset[int]) -> frozenset[str]:
        return frozenset(
            self.key(target.child("expr"))
            for target in self.query.nodes("targetList")
            if target.number("ressortgroupref") in references
        )

    def _has_ungrouped_part(self, value: Value) -> bool:
        """Whether a grouping set makes a part of the expression NULL, after WHERE has seen it."""
        if not self._ungrouped or value is None or isinstance(value, str | frozenset):
            return False
        if isinstance(value, tuple):
            return any(map(self._has_ungrouped_part, value))
        key = self.key(value)
        if key in self._kept:
            return False
        return key in self._ungrouped or any(map(self._has_ungrouped_part, value.fields.values()))

    @cached_property
    def _group_references(self) -> frozenset[int]:
        return frozenset(
            clause.number("tleSortGroupRef") for clause in self.query.nodes("groupClause")
        )

    def _grouped_by(self, node: Node) -> Node | None:
        if node.kind != "VAR" or node.number("varlevelsup"):
            return None
        entry = self.range_table.entry(node.number("varno"))
        if entry.number("rtekind") != EntryKind.GROUP:
            return None
        return entry.nodes("groupexprs")[node.number("varattno") - 1]

    def _is_never_null(self, expression: Node) -> bool:
        if expression.kind == "CONST":
            return not expression.flag("constisnull")
        number = expression.number("paramid")
        return (
            expression.kind == "PARAM"
            and expression.number("paramkind") == 0
            and number <= len(self.nullable_parameters)
            and not self.nullable_parameters[number - 1]
        )

    def _is_always_one_row(self, index: int) -> bool:
        query = self.range_table.entry(index).node("subquery")
        return query is not None and self.subquery(query).is_always_one_row
