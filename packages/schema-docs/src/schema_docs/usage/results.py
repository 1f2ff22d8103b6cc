"""The columns that a parsed statement returns."""

from typing import Any, Final, LiteralString

import psycopg

from sqlc_gen_psycopg.pg_trees import Node, nodes_of, parse_node_tree, walk

_BOOLEAN: Final = 16
# The fields that hold the type of an expression, by its kind.
_TYPE_FIELDS: Final = (
    "vartype", "consttype", "paramtype", "funcresulttype", "opresulttype", "resulttype", "aggtype",
    "wintype", "casetype", "coalescetype", "array_typeid", "row_typeid", "minmaxtype", "refrestype",
    "type",
)  # fmt: skip


def result_columns(
    connection: psycopg.Connection[Any], tree: str
) -> list[tuple[str, LiteralString]]:
    """Their names and types; `text` where the expression has no field for its type."""
    query = next(node for node in walk(parse_node_tree(tree)) if node.kind == "QUERY")
    entries = [one for one in query.nodes("targetList") if not one.flag("resjunk")]
    return [(one.text("resname"), _type_name(connection, one.child("expr"))) for one in entries]


def _type_name(connection: psycopg.Connection[Any], expression: Node) -> LiteralString:
    if expression.kind in ("BOOLEXPR", "NULLTEST", "BOOLEANTEST", "SCALARARRAYOPEXPR"):
        oid = _BOOLEAN
    else:
        oid = next(filter(None, (_number(expression, name) for name in _TYPE_FIELDS)), 0)
    if expression.kind == "SUBLINK":
        [query] = nodes_of((expression.child("subselect"),))
        return _type_name(connection, query.nodes("targetList")[0].child("expr"))
    row = connection.execute("SELECT format_type(nullif(%s, 0), NULL)", [oid]).fetchone()
    return row[0] if row and row[0] else "text"


def _number(node: Node, name: str) -> int:
    value = node.fields.get(name)
    return int(value) if isinstance(value, str) and value.isdigit() else 0
