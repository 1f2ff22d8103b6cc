"""Whether a hot standby can run a query, from its parse tree.

A standby refuses whatever writes, locks rows or takes a number of a sequence. What a function does
is not in the tree; PostgreSQL holds immutable and stable ones to change nothing, and of a volatile
one nothing is known, unless it is built in and listed here.
"""

from collections.abc import Mapping
from typing import Final

from sqlc_gen_psycopg.database.catalog import MATERIALIZED_VIEW, Catalog, Relation
from sqlc_gen_psycopg.database.functions import Function
from sqlc_gen_psycopg.pg_trees import CommandType, EntryKind, Node, walk

# The field that holds the OID of the function that a node calls.
_CALLS: Final[Mapping[str, str]] = {
    "AGGREF": "aggfnoid",
    "DISTINCTEXPR": "opfuncid",
    "FUNCEXPR": "funcid",
    "NULLIFEXPR": "opfuncid",
    "OPEXPR": "opfuncid",
    "SCALARARRAYOPEXPR": "opfuncid",
    "WINDOWFUNC": "winfnoid",
}
# Functions that are volatile only because their result differs from call to call.
_CHANGES_NOTHING: Final = frozenset(
    {"array_sample", "array_shuffle", "clock_timestamp", "gen_random_uuid", "pg_database_size"}
    | {"pg_indexes_size", "pg_is_in_recovery", "pg_last_xact_replay_timestamp", "pg_relation_size"}
    | {"pg_table_size", "pg_tablespace_size", "pg_total_relation_size", "random", "random_normal"}
    | {"timeofday", "uuidv4", "uuidv7"}
)
# Functions that are stable, but that a server in recovery refuses.
_NEEDS_A_PRIMARY: Final = frozenset(
    {"pg_current_xact_id", "pg_replication_origin_oid", "pg_walfile_name"}
    | {"pg_walfile_name_offset", "txid_current"}
)


def is_read_only(query: Node, catalog: Catalog) -> bool:
    """Whether a hot standby can run the query; false where that is not known."""
    return all(_is_harmless(node, catalog) for node in walk(query))


def _is_harmless(node: Node, catalog: Catalog) -> bool:
    match node.kind:
        case "QUERY":
            is_select = node.number("commandType") == CommandType.SELECT
            return is_select and not node.nodes("rowMarks")
        case "RANGETBLENTRY" if node.number("rtekind") == EntryKind.RELATION:
            relation = catalog.relations.get(node.number("relid"))
            return relation is not None and _only_gives(relation, catalog)
        case kind if kind in _CALLS:
            function = catalog.functions.get(node.number(_CALLS[kind]))
            return function is not None and _changes_nothing(function)
        case _:
            return True


def _only_gives(relation: Relation, catalog: Catalog) -> bool:
    """Whether nothing else happens when the table or view is read."""
    if relation.has_policies:  # they are not in the tree, and may call anything
        return False
    if relation.query is None or relation.kind == MATERIALIZED_VIEW:
        return True
    return is_read_only(relation.query, catalog)


def _changes_nothing(function: Function) -> bool:
    if function.is_volatile:
        return function.is_built_in and function.name in _CHANGES_NOTHING
    return not (function.is_built_in and function.name in _NEEDS_A_PRIMARY)
