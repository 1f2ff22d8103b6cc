"""The expressions that must be non-NULL for a condition to be true."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from sqlc_gen_psycopg.database.functions import Function
from sqlc_gen_psycopg.pg_trees import Node, Value, walk

# Expressions that are non-NULL, by their keys: see `key_of`.
Items: TypeAlias = Mapping[str, Node]
_Of: TypeAlias = Callable[[Node], Items]

_WITHOUT_MEANING = frozenset(
    {"location", "varnosyn", "varattnosyn", "funcformat", "relabelformat", "coerceformat"}
    | {"ressortgroupref", "rexpr_list_start", "list_start", "list_end", "aggno", "aggtransno"}
)
_PASSES_NULL_ON = frozenset(
    {"RELABELTYPE", "COERCEVIAIO", "ARRAYCOERCEEXPR", "COLLATEEXPR", "COERCETODOMAIN"}
)
_COMPARABLE = _PASSES_NULL_ON | {
    *("VAR", "CONST", "PARAM", "FUNCEXPR", "OPEXPR", "AGGREF", "TARGETENTRY", "COALESCEEXPR"),
    *("SORTGROUPCLAUSE", "FIELDSELECT", "SUBSCRIPTINGREF", "NULLIFEXPR", "GROUPINGFUNC"),
}

IS_TRUE, IS_FALSE, IS_NOT_UNKNOWN = 0, 2, 5
IS_NULL, IS_NOT_NULL = 0, 1
ANY_SUBLINK = 2
PARAM_SUBLINK = 2


def key_of(value: Value, replace: Callable[[Node], Node | None] = lambda node: None) -> str:
    """The same text for the same expression, wherever in the query it stands."""
    if isinstance(value, Node):
        node = replace(value)
        if node is not None:
            return key_of(node, replace)
        fields = (
            f"{name} {key_of(field, replace)}"
            for name, field in value.fields.items()
            if name not in _WITHOUT_MEANING
        )
        return f"{{{value.kind} {' '.join(fields)}}}"
    if isinstance(value, tuple):
        return f"({' '.join(key_of(item, replace) for item in value)})"
    return repr(sorted(value) if isinstance(value, frozenset) else value)


class Requirements:
    """Reads conditions, with the catalog's functions at hand."""

    def __init__(
        self,
        functions: Mapping[int, Function],
        key: Callable[[Node], str],
        is_never_null: Callable[[Node], bool],
    ) -> None:
        self._functions = functions
        self._key = key
        self._is_never_null = is_never_null

    def of_true(self, condition: Node | None) -> Items:
        """The items that are non-NULL where the condition is true."""
        if condition is None:
            return {}
        match condition.kind:
            case "BOOLEXPR":
                return self._of_logic(condition, "and", self.of_true, self.of_false)
            case "NULLTEST" if condition.number("nulltesttype") == IS_NOT_NULL:
                items = self._of_non_null(condition.child("arg"))
            case "BOOLEANTEST":
                items = self._of_boolean_test(condition)
            case "SCALARARRAYOPEXPR":
                items = self._of_array_comparison(condition)
            case "SUBLINK" if condition.number("subLinkType") == ANY_SUBLINK:
                items = self.of_true(condition.node("testexpr"))
            case "ROWCOMPAREEXPR":
                firsts = (condition.nodes("largs")[0], condition.nodes("rargs")[0])
                items = _union(map(self._of_non_null, firsts))
            case _:
                items = self._of_non_null(condition)
        return items

    def of_false(self, condition: Node) -> Items:
        """The items that are non-NULL where the condition is false."""
        match condition.kind:
            case "BOOLEXPR":
                return self._of_logic(condition, "or", self.of_false, self.of_true)
            case "NULLTEST" if condition.number("nulltesttype") == IS_NULL:
                return self._of_non_null(condition.child("arg"))
            case "DISTINCTEXPR":
                left, right = condition.nodes("args")
                return _union(
                    self._of_non_null(one)
                    for one, other in ((left, right), (right, left))
                    if self._is_never_null(other)
                )
            case "NULLTEST" | "BOOLEANTEST" | "SUBLINK" | "SCALARARRAYOPEXPR":
                return {}
            case _:
                return self._of_non_null(condition)

    def _of_logic(self, logic: Node, all_count: str, of_same: _Of, of_opposite: _Of) -> Items:
        """The items of AND, OR and NOT: the union or the intersection of those of the arguments."""
        arguments = logic.nodes("args")
        if logic.text("boolop") == "not":
            return of_opposite(arguments[0])
        combine = _union if logic.text("boolop") == all_count else _intersection
        return combine(map(of_same, arguments))

    def of_not_true(self, condition: Node) -> Items:
        """The items that are non-NULL where the condition is false or NULL."""
        is_or = condition.kind == "BOOLEXPR" and condition.text("boolop") == "or"
        if is_or:
            return _union(map(self.of_not_true, condition.nodes("args")))
        return self.of_false(condition) if condition.kind == "NULLTEST" else {}

    def _of_boolean_test(self, test: Node) -> Items:
        argument = test.child("arg")
        match test.number("booltesttype"):
            case 0:
                return self.of_true(argument)
            case 2:
                return self.of_false(argument)
            case 5:
                return self._of_non_null(argument)
            case _:
                return {}

    def _of_array_comparison(self, comparison: Node) -> Items:
        if not self._is_strict(comparison.number("opfuncid")):
            return {}
        value, array = comparison.nodes("args")
        items = self._of_non_null(array)
        # `NULL = ALL ('{}')` is true.
        if not (comparison.flag("useOr") or _has_elements(array)):
            return items
        return _union((items, self._of_non_null(value)))

    def _of_non_null(self, expression: Node) -> Items:
        """The items that are non-NULL where the expression is."""
        items: Items = {}
        if self._is_comparable(expression):
            items = {self._key(expression): expression}
        arguments = expression.nodes("args")
        match expression.kind:
            case "BOOLEXPR":
                return _union((items, _intersection(map(self._of_non_null, arguments))))
            case "OPEXPR" if self._is_strict(expression.number("opfuncid")):
                return _union((items, *map(self._of_non_null, arguments)))
            case "FUNCEXPR" if self._is_strict(expression.number("funcid")):
                return _union((items, *map(self._of_non_null, arguments)))
            case kind if kind in _PASSES_NULL_ON:
                return _union((items, self._of_non_null(expression.child("arg"))))
            case "NULLIFEXPR":
                return _union((items, self._of_non_null(arguments[0])))
            case _:
                return items

    def _is_strict(self, function: int) -> bool:
        known = self._functions.get(function)
        return known is not None and known.is_strict

    def _is_comparable(self, expression: Node) -> bool:
        """Whether the expression has the same value wherever it stands in the query."""
        for node in walk(expression):
            if node.kind not in _COMPARABLE:
                return False
            if node.kind == "PARAM" and node.number("paramkind") == PARAM_SUBLINK:
                return False
            oid = node.number("funcid") or node.number("opfuncid") or node.number("aggfnoid")
            if oid and (oid not in self._functions or self._functions[oid].is_volatile):
                return False
        return True


def _has_elements(array: Node) -> bool:
    """Whether an array is written with elements, as are all arrays in it."""
    elements = array.nodes("elements") if array.kind == "ARRAYEXPR" else ()
    return bool(elements) and (not array.flag("multidims") or all(map(_has_elements, elements)))


def _union(sets: Iterable[Items]) -> Items:
    return {key: node for items in sets for key, node in items.items()}


def _intersection(sets: Iterable[Items]) -> Items:
    first, *others = sets
    return {key: node for key, node in first.items() if all(key in other for other in others)}
