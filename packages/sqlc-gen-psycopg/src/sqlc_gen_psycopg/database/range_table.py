"""The range table of a query: the tables, subqueries and functions that it reads."""

from dataclasses import replace

from sqlc_gen_psycopg.database.catalog import MATERIALIZED_VIEW, Attribute, Relation
from sqlc_gen_psycopg.database.expressions import (
    has_nullable_elements,
    is_nullable,
    is_nullable_column,
    type_of,
)
from sqlc_gen_psycopg.database.scope import Nullability, Place, Scope
from sqlc_gen_psycopg.pg_trees import EntryKind, JoinType, Node, nodes_of

_XML_TABLE = 0
_WITH_WHOLE_ROWS = (EntryKind.RELATION, EntryKind.SUBQUERY, EntryKind.VALUES, EntryKind.CTE)

NULLABLE = Nullability(is_nullable=True)
NON_NULL = Nullability(is_nullable=False)


def query_of_one_row(relation: Relation, expression: Node | None = None) -> Node:
    """A query that reads the table alone, as the expression of a generated column does."""
    return Node(
        "QUERY",
        {
            "commandType": "1",
            "rtable": (Node("RANGETBLENTRY", {"rtekind": "0", "relid": str(relation.oid)}),),
            "jointree": Node("FROMEXPR", {"fromlist": None, "quals": None}),
            "targetList": (Node("TARGETENTRY", {"expr": expression}),),
        },
    )


class RangeTable:
    """The range table of the query of `scope`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._entries = scope.query.nodes("rtable")
        self._columns: dict[int, tuple[Nullability, ...]] = {}

    def entry(self, index: int) -> Node:
        """The RANGETBLENTRY of an index, which counts from 1."""
        return self._entries[index - 1]

    def relation(self, index: int) -> Relation | None:
        """The table or view that the entry is."""
        return self._scope.catalog.relations.get(self.entry(index).number("relid"))

    def column(self, index: int, attribute: int, place: Place) -> Nullability:
        """A column by its number, which counts from 1; 0 is the row, less are system columns."""
        entry = self.entry(index)
        kind = entry.number("rtekind")
        if attribute < 0:
            return NON_NULL
        if attribute == 0:
            return NON_NULL if kind in _WITH_WHOLE_ROWS else NULLABLE
        if kind == EntryKind.RELATION:
            return self.stored(index, attribute)
        if kind == EntryKind.JOIN:
            return self._join_column(index, attribute, place)
        if kind == EntryKind.GROUP:
            return self._of_expression(entry.nodes("groupexprs")[attribute - 1], place)
        columns = self.columns(index)
        return columns[attribute - 1] if attribute <= len(columns) else NULLABLE

    def columns(self, index: int) -> tuple[Nullability, ...]:
        """The columns of an entry that is a query or a function."""
        if index not in self._columns:
            self._columns[index] = self._find_columns(self.entry(index))
        return self._columns[index]

    def _find_columns(self, entry: Node) -> tuple[Nullability, ...]:
        match entry.number("rtekind"):
            case EntryKind.SUBQUERY:
                return self._scope.subquery(entry.child("subquery")).output()
            case EntryKind.CTE:
                return self._cte_columns(entry)
            case EntryKind.VALUES:
                return self._values_columns(entry)
            case EntryKind.FUNCTION:
                return self._function_columns(entry)
            case EntryKind.TABLE_FUNCTION:
                return _table_function_columns(entry.child("tablefunc"))
            case _:
                return ()

    def stored(self, index: int, number: int) -> Nullability:
        """A column of a table as it is stored, or of a view."""
        relation = self.relation(index)
        if relation is None:
            return NULLABLE
        if relation.query is not None:
            if index not in self._columns:
                catalog = self._scope.catalog
                if relation.kind == MATERIALIZED_VIEW:
                    catalog = catalog.before(relation)
                self._columns[index] = self._scope.standalone(relation.query, catalog).output()
            return self._columns[index][number - 1]
        attribute = self._scope.catalog.attribute(relation, number)
        if attribute is None:
            return NULLABLE
        # A NOT NULL domain does not count: an empty subquery of its type is not checked, and so
        # can write NULL, as the documentation of CREATE DOMAIN says.
        if attribute.is_not_null:
            return NON_NULL
        return self.computed(relation, attribute) if attribute.is_generated else NULLABLE

    def computed(self, relation: Relation, attribute: Attribute) -> Nullability:
        """The value of a generated column, or the default of another column."""
        if attribute.expression is None:
            return NULLABLE
        query = query_of_one_row(relation, attribute.expression)
        return self._scope.standalone(query).output()[0]

    def _join_column(self, join: int, number: int, place: Place) -> Nullability:
        entry = self.entry(join)
        expression = nodes_of(entry.fields["joinaliasvars"])[number - 1]
        is_merged = number <= entry.number("joinmergedcols")
        if not (is_merged and entry.number("jointype") == JoinType.FULL):
            return self._of_expression(expression, place)
        # FULL JOIN … USING always has a row of one side at least.
        matched = place.matched | self._scope.members_of(join)
        sides = expression.nodes("args")
        return Nullability(any(is_nullable(one, replace(place, matched=matched)) for one in sides))

    def _of_expression(self, expression: Node, place: Place) -> Nullability:
        if expression.kind == "VAR":
            return self._scope.variable(expression, place)
        return Nullability(is_nullable(expression, replace(place, is_grouped=False)))

    def _cte_columns(self, entry: Node) -> tuple[Nullability, ...]:
        scope, name = self._scope.ancestor(entry.number("ctelevelsup")), entry.text("ctename")
        if name in scope.assumed:
            return scope.assumed[name]
        [cte] = [cte for cte in scope.query.nodes("cteList") if cte.text("ctename") == name]
        query = cte.child("ctequery")
        if not cte.flag("cterecursive"):
            columns = scope.subquery(query).output()
        else:
            # All columns start as non-NULL; the query is read again until no more are nullable.
            columns = tuple(NON_NULL for _ in query.nodes("targetList"))
            found = None
            while found != columns:
                scope.assumed[name] = columns
                found, columns = columns, scope.subquery(query).output()
        scope.assumed[name] = (*columns, *_search_and_cycle(cte))
        return scope.assumed[name]

    def listed(self, node: Node) -> tuple[Node, ...]:
        """The expressions of a VAR that is a column of VALUES, one for each row."""
        if node.kind != "VAR" or node.number("varlevelsup"):
            return ()
        entry = self.entry(node.number("varno"))
        if entry.number("rtekind") != EntryKind.VALUES:
            return ()
        return _listed_columns(entry)[node.number("varattno") - 1]

    def _values_columns(self, entry: Node) -> tuple[Nullability, ...]:
        place = Place(self._scope, is_grouped=False)
        return tuple(
            Nullability(any(is_nullable(expression, place) for expression in column))
            for column in _listed_columns(entry)
        )

    def _function_columns(self, entry: Node) -> tuple[Nullability, ...]:
        functions = entry.nodes("functions")
        columns: list[Nullability] = []
        for function in functions:
            # The shorter ones of ROWS FROM are filled up with NULL.
            columns += [
                Nullability(len(functions) > 1 or self._is_nullable_result(function, number))
                for number in range(1, function.number("funccolcount") + 1)
            ]
        return (*columns, NON_NULL) if entry.flag("funcordinality") else tuple(columns)

    def _is_nullable_result(self, entry: Node, column: int) -> bool:
        call, place = entry.child("funcexpr"), Place(self._scope, is_grouped=False)
        function = self._scope.catalog.functions.get(call.number("funcid"))
        if call.flag("funcretset") and function is not None and function.name != "unnest":
            return is_nullable_column(function, column)
        if self._scope.catalog.types.is_row(type_of(call)):
            return True
        if not call.flag("funcretset"):
            return is_nullable(call, place)
        is_of_array = (
            function is not None and function.is_built_in and function.arguments == ("anyarray",)
        )
        return not is_of_array or has_nullable_elements(call.nodes("args")[0], place)


def _listed_columns(entry: Node) -> list[tuple[Node, ...]]:
    rows = entry.fields["values_lists"]
    assert isinstance(rows, tuple)
    return list(zip(*map(nodes_of, rows), strict=True))


def _search_and_cycle(cte: Node) -> tuple[Nullability, ...]:
    """The columns that SEARCH and CYCLE add, which are not in the query of the CTE."""
    search = (NON_NULL,) if cte.node("search_clause") else ()
    cycle = cte.node("cycle_clause")
    if cycle is None:
        return search
    marks = (cycle.child("cycle_mark_value"), cycle.child("cycle_mark_default"))
    is_marked = all(mark.kind == "CONST" and not mark.flag("constisnull") for mark in marks)
    return (*search, Nullability(not is_marked), NON_NULL)


def _table_function_columns(table: Node) -> tuple[Nullability, ...]:
    """The columns of XMLTABLE or JSON_TABLE; only ordinalities are never NULL."""
    ordinality = table.number("ordinalitycol")
    if table.number("functype") == _XML_TABLE:
        return (*[NULLABLE] * ordinality, NON_NULL) if ordinality >= 0 else ()
    plan, expressions = table.child("plan"), table.fields["colvalexprs"]
    assert isinstance(expressions, tuple)
    # The columns of nested paths follow. They are NULL where a nested path finds nothing.
    own = range(plan.number("colMin"), plan.number("colMax") + 1)
    return tuple(
        Nullability(not (number in own and expression is None))
        for number, expression in enumerate(expressions)
    )
