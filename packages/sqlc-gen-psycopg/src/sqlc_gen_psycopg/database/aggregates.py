"""Whether aggregates and window functions can be NULL."""

from dataclasses import replace

from sqlc_gen_psycopg.database.expressions import is_nullable
from sqlc_gen_psycopg.database.functions import (
    NON_NULL_AGGREGATES,
    NON_NULL_OF_ANY_ROW,
    NON_NULL_OF_ANY_VALUE,
    NON_NULL_WINDOW_FUNCTIONS,
)
from sqlc_gen_psycopg.database.scope import Place
from sqlc_gen_psycopg.pg_trees import Node

_EMPTY_SET, _SIMPLE, _ROLLUP, _CUBE, _SETS = range(5)

# FRAMEOPTION_… of parsenodes.h: where the frame begins and ends, and what is left out of it.
_STARTS_BY_CURRENT_ROW = 0x20 | 0x200 | 0x800
_ENDS_BY_CURRENT_ROW = 0x100 | 0x400 | 0x4000
_LEAVES_CURRENT_ROW_OUT = 0x8000 | 0x10000

# Window functions whose first argument is not, or not always, of the current row.
_OF_ANOTHER_ROW = frozenset({"first_value", "lag", "last_value", "lead", "ntile"})


def is_nullable_aggregate(call: Node, place: Place, query: Node) -> bool:
    """Whether an AGGREF of the query can be NULL."""
    function = place.scope.catalog.functions.get(call.number("aggfnoid"))
    if function is None or not function.is_built_in:
        return True
    if function.name in NON_NULL_AGGREGATES:
        return False
    if call.number("agglevelsup") or call.node("aggfilter") or not has_only_full_groups(query):
        return True
    if function.name in NON_NULL_OF_ANY_ROW:
        return False
    if function.name not in NON_NULL_OF_ANY_VALUE:
        return True
    # Expressions of ORDER BY are junk.
    arguments = [one.child("expr") for one in call.nodes("args") if not one.flag("resjunk")]
    if function.name == "string_agg":
        arguments = arguments[:1]  # a NULL between the values is as good as ''
    # The arguments are of the rows before grouping, which no grouping set has made NULL.
    inside = replace(
        place.in_another_row() if query.nodes("groupingSets") else place, is_grouped=False
    )
    direct = call.nodes("aggdirectargs")
    return any(is_nullable(one, inside) for one in arguments) or any(
        is_nullable(one, place) for one in direct
    )


def is_nullable_window_function(
    call: Node, place: Place, query: Node, partitioned_by: frozenset[str]
) -> bool:
    """Whether a WINDOWFUNC of the query can be NULL, given the keys of its PARTITION BY."""
    function = place.scope.catalog.functions.get(call.number("winfnoid"))
    if function is None or not function.is_built_in:
        return True
    name, arguments = function.name, call.nodes("args")
    if name in NON_NULL_WINDOW_FUNCTIONS:
        return False
    if _can_lack_row(name, call, query):
        return True
    if name in _OF_ANOTHER_ROW:
        value, *others = arguments
        is_of_another = is_nullable(value, place.in_another_row(partitioned_by))
        return is_of_another or any(is_nullable(one, place) for one in others)
    if name in NON_NULL_OF_ANY_VALUE:
        return is_nullable(arguments[0], place)
    return name not in NON_NULL_OF_ANY_ROW


def _can_lack_row(name: str, call: Node, query: Node) -> bool:
    """Whether the function may find neither a row nor a default to take its value from."""
    if name in ("lag", "lead"):
        return len(call.nodes("args")) < 3
    is_of_frame = name != "ntile"
    has_row = not call.node("aggfilter") and _has_current_row(call.number("winref"), query)
    return is_of_frame and not has_row


def _has_current_row(window: int, query: Node) -> bool:
    """Whether the window's frame has the current row in it, so that it is never empty."""
    for clause in query.nodes("windowClause"):
        if clause.number("winref") == window:
            options = clause.number("frameOptions")
            return bool(
                options & _STARTS_BY_CURRENT_ROW
                and options & _ENDS_BY_CURRENT_ROW
                and not options & _LEAVES_CURRENT_ROW_OUT
            )
    return False


def has_only_full_groups(query: Node) -> bool:
    """Whether every group has a row: the group of all rows may have none."""
    sets = query.nodes("groupingSets")
    if not query.nodes("groupClause"):
        return False
    return not sets or not all(_can_be_empty(one) for one in sets)


def _can_be_empty(grouping: Node) -> bool:
    match grouping.number("kind"):
        case kind if kind == _SIMPLE:
            return False
        case kind if kind == _SETS:
            return any(_can_be_empty(one) for one in grouping.nodes("content"))
        case _:
            return True


def kept_groups(query: Node) -> frozenset[int]:
    """The references of the expressions that are in every grouping set: none makes them NULL."""
    return frozenset(reference for one in query.nodes("groupingSets") for reference in _kept(one))


def _kept(grouping: Node) -> frozenset[int]:
    if grouping.number("kind") == _SIMPLE:
        return frozenset(grouping.numbers("content"))
    if grouping.number("kind") == _SETS:
        first, *others = map(_kept, grouping.nodes("content"))
        return first.intersection(*others)
    return frozenset()
