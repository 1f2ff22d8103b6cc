"""What a parse tree says about columns: which it reads, filters and sorts by, and writes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from sqlc_gen_psycopg.database.node_tree import Node, Value, nodes_of, parse_node_tree, walk

How: TypeAlias = Literal["read", "filter", "sort", "lock", "insert", "update", "delete"]
WRITES: Final = frozenset({"insert", "update", "delete"})

# Of PostgreSQL's C sources: what RTEPermissionInfo counts columns from, its sets of columns, the
# bits of requiredPerms (that of UPDATE is a lock's, too), and kinds of range table entries.
_FIRST_COLUMN: Final = 7
_COLUMNS: Final[Mapping[str, How]] = {
    "selectedCols": "read",
    "insertedCols": "insert",
    "updatedCols": "update",
}
_ROWS: Final[Mapping[int, How]] = {1: "insert", 2: "read", 8: "delete"}
_SUBQUERY, _JOIN, _CTE, _GROUP = 1, 2, 6, 9
_DEPTH_MAX: Final = 30


class Use(NamedTuple):
    """A column of a relation, 0 for the row as such, and how it is used."""

    relation: int
    column: int
    how: How


@dataclass(frozen=True)
class TreeUses:
    """What one statement uses: columns, and functions by their number.

    `fields` are of rows held in variables, as NEW and OLD are: the row's type and a number.
    """

    uses: frozenset[Use] = frozenset()
    functions: frozenset[int] = frozenset()
    fields: frozenset[tuple[int, int]] = frozenset()

    def __or__(self, other: "TreeUses") -> "TreeUses":
        return TreeUses(
            self.uses | other.uses, self.functions | other.functions, self.fields | other.fields
        )


def uses_of_tree(text: str) -> TreeUses:
    """Read a statement's tree as PostgreSQL keeps it for a function or a view.

    Raises NodeTreeError where it is none.
    """
    tree = parse_node_tree(text)
    uses: set[Use] = set()
    for query, stack in _queries(tree, ()):
        uses.update(_permissions(query), _locks(query), _conditions(query, stack))
    nodes = list(walk(tree))
    functions = {node.number("funcid") for node in nodes if node.kind == "FUNCEXPR"}
    functions |= {node.number("aggfnoid") for node in nodes if node.kind == "AGGREF"}
    fields = {
        (node.child("arg").number("paramtype"), node.number("fieldnum"))
        for node in nodes
        if node.kind == "FIELDSELECT" and node.child("arg").kind == "PARAM"
    }
    return TreeUses(frozenset(uses), frozenset(functions), frozenset(fields))


_Stack: TypeAlias = tuple[Node, ...]
"""The queries around a place, the innermost last."""


def _queries(value: Value, stack: _Stack) -> Iterator[tuple[Node, _Stack]]:
    """Every query of a tree with those around it, itself included."""
    if isinstance(value, Node):
        if value.kind == "QUERY":
            stack = (*stack, value)
            yield value, stack
        for field in value.fields.values():
            yield from _queries(field, stack)
    elif isinstance(value, tuple):
        for item in value:
            yield from _queries(item, stack)


def _permissions(query: Node) -> Iterator[Use]:
    """What the query needs privileges for, which PostgreSQL notes down by column."""
    for needed in query.nodes("rteperminfos"):
        relation = needed.number("relid")
        for field, how in _COLUMNS.items():
            for member in needed.members(field):
                yield Use(relation, member - _FIRST_COLUMN, how)
        for privilege, how in _ROWS.items():
            if needed.number("requiredPerms") & privilege:
                yield Use(relation, 0, how)


def _locks(query: Node) -> Iterator[Use]:
    tables = query.nodes("rtable")
    for mark in query.nodes("rowMarks"):
        relation = tables[mark.number("rti") - 1].number("relid")
        if relation:
            yield Use(relation, 0, "lock")


def _conditions(query: Node, stack: _Stack) -> Iterator[Use]:
    """The columns that decide which rows count, and those that decide their order or groups."""
    for condition in (query.node("jointree"), query.node("havingQual")):
        yield from _vars(condition, stack, "filter")
    references = {
        clause.number("tleSortGroupRef")
        for name in ("sortClause", "groupClause", "distinctClause")
        for clause in query.nodes(name)
    }
    references |= {
        clause.number("tleSortGroupRef")
        for window in query.nodes("windowClause")
        for name in ("partitionClause", "orderClause")
        for clause in window.nodes(name)
    }
    for entry in query.nodes("targetList"):
        if entry.number("ressortgroupref") in references - {0}:
            yield from _vars(entry, stack, "sort")


def _vars(value: Value, stack: _Stack, how: How, depth: int = 0) -> Iterator[Use]:
    """The table columns that an expression is made of, looked up through joins and subqueries."""
    if isinstance(value, tuple):
        for item in value:
            yield from _vars(item, stack, how, depth)
    elif isinstance(value, Node) and value.kind == "VAR":
        if depth < _DEPTH_MAX:
            yield from _resolve(value, stack, how, depth + 1)
    elif isinstance(value, Node) and value.kind != "QUERY":  # one inside another is its own
        for field in value.fields.values():
            yield from _vars(field, stack, how, depth)


def _resolve(var: Node, stack: _Stack, how: How, depth: int) -> Iterator[Use]:
    stack = stack[: len(stack) - var.number("varlevelsup")]
    tables = stack[-1].nodes("rtable")
    number, place = var.number("varattno"), var.number("varno")
    if not 0 < place <= len(tables) or number < 0:
        return
    table = tables[place - 1]
    kind = table.number("rtekind")
    if table.number("relid") and kind == 0:
        yield Use(table.number("relid"), number, how)
    elif kind == _SUBQUERY:
        yield from _output(table.child("subquery"), number, stack, how, depth)
    elif kind == _CTE:
        stack = stack[: len(stack) - table.number("ctelevelsup")]
        for cte in stack[-1].nodes("cteList"):
            if cte.text("ctename") == table.text("ctename"):
                yield from _output(cte.child("ctequery"), number, stack, how, depth)
    elif kind in (_JOIN, _GROUP):
        columns = nodes_of(table.fields.get("joinaliasvars" if kind == _JOIN else "groupexprs"))
        if 0 < number <= len(columns):
            yield from _vars(columns[number - 1], stack, how, depth)


def _output(query: Node, number: int, stack: _Stack, how: How, depth: int) -> Iterator[Use]:
    """What a column of a subquery's result is made of."""
    for entry in query.nodes("targetList"):
        if entry.number("resno") == number:
            yield from _vars(entry, (*stack, query), how, depth)
