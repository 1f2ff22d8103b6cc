"""The columns that a parse tree reads, filters by, sorts by and writes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from sqlc_gen_psycopg.pg_trees import EntryKind, Node, Value, nodes_of, parse_node_tree, walk

Access: TypeAlias = Literal["read", "filter", "sort", "lock", "insert", "update", "delete"]
WRITES: Final = frozenset({"insert", "update", "delete"})

# Of PostgreSQL's C sources, on RTEPermissionInfo: the number of the first column in its sets of
# columns, those sets, and the bits of requiredPerms. A lock needs the bit of UPDATE, too.
_FIRST_COLUMN: Final = 7
_COLUMNS: Final[Mapping[str, Access]] = {
    "selectedCols": "read",
    "insertedCols": "insert",
    "updatedCols": "update",
}
_ROWS: Final[Mapping[int, Access]] = {1: "insert", 2: "read", 8: "delete"}
_DEPTH_MAX: Final = 30


class Use(NamedTuple):
    """A column of a relation, 0 for the row itself, and how it is used."""

    relation: int
    column: int
    access: Access


@dataclass(frozen=True)
class TreeUses:
    """The columns that a statement uses, and the oids of the functions that it calls.

    `fields` are columns of rows in variables, as NEW and OLD are: the oid of the row's type and the
    column's number.
    """

    uses: frozenset[Use] = frozenset()
    functions: frozenset[int] = frozenset()
    fields: frozenset[tuple[int, int]] = frozenset()

    def __or__(self, other: "TreeUses") -> "TreeUses":
        return TreeUses(
            self.uses | other.uses, self.functions | other.functions, self.fields | other.fields
        )


def uses_of_tree(text: str) -> TreeUses:
    """Read the parse tree that PostgreSQL stores of a function's or a view's statement.

    Raises NodeTreeError where the text is none.
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
"""The queries around a node, the innermost last."""


def _queries(value: Value, stack: _Stack) -> Iterator[tuple[Node, _Stack]]:
    """Every query of a tree with its stack, which ends with itself."""
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
    """The columns that the query needs privileges on, which PostgreSQL lists."""
    for needed in query.nodes("rteperminfos"):
        relation = needed.number("relid")
        for field, access in _COLUMNS.items():
            for member in needed.members(field):
                yield Use(relation, member - _FIRST_COLUMN, access)
        for privilege, access in _ROWS.items():
            if needed.number("requiredPerms") & privilege:
                yield Use(relation, 0, access)


def _locks(query: Node) -> Iterator[Use]:
    tables = query.nodes("rtable")
    for mark in query.nodes("rowMarks"):
        relation = tables[mark.number("rti") - 1].number("relid")
        if relation:
            yield Use(relation, 0, "lock")


def _conditions(query: Node, stack: _Stack) -> Iterator[Use]:
    """The columns that filter rows, and those that sort or group them."""
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


def _vars(value: Value, stack: _Stack, access: Access, depth: int = 0) -> Iterator[Use]:
    """The table columns in an expression, looked up through joins and subqueries."""
    if isinstance(value, tuple):
        for item in value:
            yield from _vars(item, stack, access, depth)
    elif isinstance(value, Node) and value.kind == "VAR":
        if depth < _DEPTH_MAX:
            yield from _resolve(value, stack, access, depth + 1)
    elif isinstance(value, Node) and value.kind != "QUERY":  # one inside another is its own
        for field in value.fields.values():
            yield from _vars(field, stack, access, depth)


def _resolve(var: Node, stack: _Stack, access: Access, depth: int) -> Iterator[Use]:
    stack = stack[: len(stack) - var.number("varlevelsup")]
    tables = stack[-1].nodes("rtable")
    number, place = var.number("varattno"), var.number("varno")
    if not 0 < place <= len(tables) or number < 0:
        return
    table = tables[place - 1]
    kind = table.number("rtekind")
    if table.number("relid") and kind == EntryKind.RELATION:
        yield Use(table.number("relid"), number, access)
    elif kind == EntryKind.SUBQUERY:
        yield from _output(table.child("subquery"), number, stack, access, depth)
    elif kind == EntryKind.CTE:
        stack = stack[: len(stack) - table.number("ctelevelsup")]
        for cte in stack[-1].nodes("cteList"):
            if cte.text("ctename") == table.text("ctename"):
                yield from _output(cte.child("ctequery"), number, stack, access, depth)
    elif kind in (EntryKind.JOIN, EntryKind.GROUP):
        field = "joinaliasvars" if kind == EntryKind.JOIN else "groupexprs"
        columns = nodes_of(table.fields.get(field))
        if 0 < number <= len(columns):
            yield from _vars(columns[number - 1], stack, access, depth)


def _output(query: Node, number: int, stack: _Stack, access: Access, depth: int) -> Iterator[Use]:
    """The table columns in a column of a subquery's result."""
    for entry in query.nodes("targetList"):
        if entry.number("resno") == number:
            yield from _vars(entry, (*stack, query), access, depth)
