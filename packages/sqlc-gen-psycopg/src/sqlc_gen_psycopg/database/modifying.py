"""The columns that RETURNING reads from the rows that a statement changes."""

from sqlc_gen_psycopg.database.catalog import Relation
from sqlc_gen_psycopg.database.expressions import is_nullable
from sqlc_gen_psycopg.database.range_table import NON_NULL, NULLABLE, RangeTable
from sqlc_gen_psycopg.database.scope import Nullability, Place, Scope
from sqlc_gen_psycopg.pg_trees import CommandType, Node

_OLD, _NEW = 1, 2
_ON_CONFLICT_UPDATE = 2
_NOT_MATCHED_BY_SOURCE = 1
_MISSING = Nullability(is_nullable=True, is_outer=True)


class Modification:
    """An INSERT, UPDATE, DELETE or MERGE."""

    def __init__(self, scope: Scope, range_table: RangeTable) -> None:
        self._scope = scope
        self._range_table = range_table
        self._query = scope.query
        self._command = scope.query.number("commandType")
        self._target = scope.query.number("resultRelation")
        self._actions = [
            action
            for action in scope.query.nodes("mergeActionList")
            if action.number("commandType") != CommandType.NOTHING
        ]
        conflict = scope.query.node("onConflict")
        self._excluded = conflict.number("exclRelIndex") if conflict else 0
        self._conflict_set = (
            conflict.nodes("onConflictSet")
            if conflict and conflict.number("action") == _ON_CONFLICT_UPDATE
            else None
        )

    @property
    def keeps_rows(self) -> bool:
        """Whether RETURNING reads the rows as WHERE read them."""
        relation = self._range_table.relation(self._target)
        has_rules = relation is None or relation.has_rules
        return self._command == CommandType.DELETE and not has_rules

    def variable(self, node: Node, place: Place) -> Nullability | None:
        """The nullability of a VAR; None where it is the same as in a SELECT."""
        index, number = node.number("varno"), node.number("varattno")
        if index == self._excluded and self._excluded:
            # The row has been checked before the conflict is found.
            stored = self._range_table.stored(self._target, number) if number > 0 else NULLABLE
            return self._inserted(number) if stored.is_nullable else stored
        if index != self._target:
            return _MISSING if self._can_lack_source else None
        return None if place.is_before_change else self._target_column(node)

    @property
    def _can_lack_source(self) -> bool:
        return any(action.number("matchKind") == _NOT_MATCHED_BY_SOURCE for action in self._actions)

    def _target_column(self, node: Node) -> Nullability | None:
        relation = self._range_table.relation(self._target)
        if relation is None or relation.has_rules:
            return NULLABLE
        commands = {action.number("commandType") for action in self._actions} or {self._command}
        match node.number("varreturningtype"):
            case kind if kind == _OLD:
                return _MISSING if CommandType.INSERT in commands else None
            case kind if kind == _NEW and CommandType.DELETE in commands:
                return _MISSING
            case _ if commands == {CommandType.DELETE}:
                return None
            case _:
                return self._new(relation, node.number("varattno"))

    def _new(self, relation: Relation, number: int) -> Nullability | None:
        """A column of a row after the change."""
        if relation.query is not None:  # a trigger may return anything
            return NULLABLE
        if number <= 0 or not self._range_table.stored(self._target, number).is_nullable:
            return NON_NULL
        if self._command == CommandType.INSERT:
            inserted = self._inserted(number)
            return inserted if inserted.is_nullable else self._on_conflict(relation, number)
        if self._command == CommandType.UPDATE and _is_written(relation, number):
            assigned = _assigned(self._query.nodes("targetList"), number)
            return None if assigned is None else self._written(assigned, number)
        return NULLABLE

    def _inserted(self, number: int) -> Nullability:
        """A column of a row that is to be inserted."""
        relation = self._range_table.relation(self._target)
        if number <= 0 or relation is None or not _is_written(relation, number):
            return NULLABLE
        assigned = _assigned(self._query.nodes("targetList"), number)
        return self._default(number) if assigned is None else self._written(assigned, number)

    def _on_conflict(self, relation: Relation, number: int) -> Nullability:
        """A column that is non-NULL if the row is inserted, where it may be updated instead."""
        if self._conflict_set is None:
            return NON_NULL
        assigned = _assigned(self._conflict_set, number)
        if assigned is None or not relation.is_plain:
            return NULLABLE
        return self._written(assigned, number)

    def _written(self, expression: Node, number: int) -> Nullability:
        if expression.kind == "SETTODEFAULT":
            return self._default(number)
        if listed := self._range_table.listed(expression):
            return Nullability(any(self._written(one, number).is_nullable for one in listed))
        return Nullability(is_nullable(expression, Place(self._scope, is_before_change=True)))

    def _default(self, number: int) -> Nullability:
        """The default of a column, for DEFAULT or an INSERT without the column."""
        relation = self._range_table.relation(self._target)
        attribute = relation.attributes.get(number) if relation else None
        if relation is None or attribute is None:
            return NULLABLE
        return self._range_table.computed(relation, attribute)


def _is_written(relation: Relation, number: int) -> bool:
    """Whether the column is stored as the statement writes it."""
    attribute = relation.attributes.get(number)
    return relation.is_plain and attribute is not None and not attribute.is_generated


def _assigned(targets: tuple[Node, ...], number: int) -> Node | None:
    for target in targets:
        if target.number("resno") == number:
            return target.child("expr")
    return None
