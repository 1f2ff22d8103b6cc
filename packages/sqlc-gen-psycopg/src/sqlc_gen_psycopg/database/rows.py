"""The number of rows that a query returns, as far as it does not depend on the data."""

from collections.abc import Mapping

from sqlc_gen_psycopg.database.functions import Function
from sqlc_gen_psycopg.pg_trees import CommandType, Node, walk

_RESTRICTING = ("setOperations", "groupClause", "groupingSets", "havingQual")
_INTEGER_TYPES = (20, 21, 23)


def is_always_one_row(query: Node, functions: Mapping[int, Function]) -> bool:
    """Whether the query returns one row whatever the data are."""
    if any(query.fields.get(name) for name in _RESTRICTING) or query.flag("hasTargetSRFs"):
        return False
    limit, offset = query.node("limitCount"), query.node("limitOffset")
    if not (_is_ignored(limit) or _is_zero(limit, functions) is False):
        return False
    if not (_is_ignored(offset) or _is_zero(offset, functions)):
        return False
    tree = query.child("jointree")
    is_without_from = not tree.nodes("fromlist") and tree.node("quals") is None
    is_select = query.number("commandType") == CommandType.SELECT
    return is_select and (query.flag("hasAggs") or is_without_from)


def count_srfs(query: Node) -> int:
    """The number of set-returning functions; several are filled up with NULL to the longest."""
    return sum(
        node.flag("funcretset") or node.flag("opretset")
        for target in query.nodes("targetList")
        for node in walk(target)
    )


def _is_ignored(limit: Node | None) -> bool:
    """Whether there is no LIMIT or OFFSET, or NULL, which is the same."""
    return limit is None or (limit.kind == "CONST" and limit.flag("constisnull"))


def _is_zero(limit: Node | None, functions: Mapping[int, Function]) -> bool | None:
    """Whether a LIMIT or OFFSET is 0; None where it is no integer as written."""
    if limit is not None and limit.kind == "FUNCEXPR":
        function = functions.get(limit.number("funcid"))
        if function is None or not function.is_built_in or function.name != "int8":
            return None
        limit = next(iter(limit.nodes("args")), None)
    if limit is None or limit.kind != "CONST" or limit.number("consttype") not in _INTEGER_TYPES:
        return None
    return None if limit.flag("constisnull") else not any(limit.bytes("constvalue"))
