"""Whether an expression can be NULL."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlc_gen_psycopg.database.functions import FIELDS_OF_INFINITY, NON_NULL_COLUMNS, Function, Rule
from sqlc_gen_psycopg.database.requirements import PARAM_SUBLINK
from sqlc_gen_psycopg.database.scope import Place, Scope
from sqlc_gen_psycopg.pg_trees import Node

_EXISTS, _ALL, _ANY, _EXPR, _ARRAY = 0, 1, 2, 4, 6
_CURRENT_SCHEMA = 14
_JSON_OBJECT, _JSON_ARRAY = 1, 2
_XML_ELEMENT = 1
_NEVER_NULL = frozenset(
    {"ARRAYEXPR", "ROWEXPR", "NULLTEST", "BOOLEANTEST", "NEXTVALUEEXPR", "GROUPINGFUNC"}
    | {"MERGESUPPORTFUNC", "CURRENTOFEXPR"}
)
_AS_AN_ARGUMENT = {
    "ARRAYCOERCEEXPR": "arg",
    "COERCEVIAIO": "arg",
    "COLLATEEXPR": "arg",
    "CONVERTROWTYPEEXPR": "arg",
    "JSONISPREDICATE": "expr",
    "JSONVALUEEXPR": "formatted_expr",
    "NAMEDARGEXPR": "arg",
    "RELABELTYPE": "arg",
}
# Where expressions say of which type they are.
_RESULT_TYPES = (
    *("aggtype", "casetype", "coalescetype", "consttype", "funcresulttype", "minmaxtype"),
    *("opresulttype", "paramtype", "refrestype", "resulttype", "type", "vartype"),
)


def is_nullable(expression: Node, place: Place) -> bool:
    """Whether the expression can be NULL; true if that is not known."""
    verdict = place.scope.verdict(expression, place)
    if verdict is not None:
        return verdict
    kind = expression.kind
    if kind in _NEVER_NULL:
        return False
    if kind in _AS_AN_ARGUMENT:
        return is_nullable(expression.child(_AS_AN_ARGUMENT[kind]), place)
    handler = _HANDLERS.get(kind)
    return handler is None or handler(expression, place)


def _any(expressions: Sequence[Node], place: Place) -> bool:
    return any(is_nullable(one, place) for one in expressions)


def _all(expressions: Sequence[Node], place: Place) -> bool:
    return all(is_nullable(one, place) for one in expressions)


def _any_argument(expression: Node, place: Place) -> bool:
    return _any(expression.nodes("args"), place)


def _all_arguments(expression: Node, place: Place) -> bool:
    return _all(expression.nodes("args"), place)


def _parameter(parameter: Node, place: Place) -> bool:
    number = parameter.number("paramid")
    match parameter.number("paramkind"):
        case 0:
            nullable = place.scope.nullable_parameters
        case kind if kind == PARAM_SUBLINK:
            nullable = place.subquery
        case _:
            nullable = ()
    return nullable[number - 1] if number <= len(nullable) else True


def _function(call: Node, place: Place) -> bool:
    function = place.scope.catalog.functions.get(call.number("funcid"))
    if function is None:
        return True
    arguments = call.nodes("args")
    if call.flag("funcretset"):
        return not place.scope.has_single_srf or is_nullable_column(function, 1)
    if function.is_extract:
        is_answered = not function.takes_infinity or _field(arguments[0]) in FIELDS_OF_INFINITY
        return not is_answered or _any(arguments, place)
    if function.body is not None and function.rule is None:
        is_proved = not _is_nullable_body(function, place.scope.standalone(function.body))
        return not is_proved or (function.is_strict and _any_of_all(function, arguments, place))
    return _result(
        function.rule_of_variadic if call.flag("funcvariadic") else function.rule, call, place
    )


def _any_of_all(function: Function, arguments: Sequence[Node], place: Place) -> bool:
    """Whether an argument can be NULL, as can the default of an argument that is left out."""
    return len(arguments) < len(function.arguments) or _any(arguments, place)


def _is_nullable_body(function: Function, query: Scope) -> bool:
    """Whether a function can return NULL, whatever its arguments are."""
    if not query.is_always_one_row or query.output()[0].is_nullable:
        return True
    # Another type is cast to the result type, by a function that may return NULL.
    return _type_of_column(query.query) != function.result_type


def _type_of_column(query: Node) -> int:
    """The type of a query's first column; 0 where the expression does not tell."""
    return type_of(query.nodes("targetList")[0].child("expr"))


def type_of(expression: Node) -> int:
    """The type of an expression; 0 where it does not tell."""
    if expression.kind == "SUBLINK" and expression.number("subLinkType") == _EXPR:
        return _type_of_column(expression.child("subselect"))
    return max(expression.number(name) for name in _RESULT_TYPES)


def is_nullable_column(function: Function, column: int) -> bool:
    """Whether a column of the rows that a set-returning function returns can be NULL."""
    if function.is_built_in and function.name == "string_to_table":
        return len(function.arguments) > 2  # the third is what becomes NULL
    return not function.is_built_in or column not in NON_NULL_COLUMNS.get(function.name, ())


def _field(constant: Node) -> str:
    """The text of a constant, or nothing."""
    # The first four bytes are the length.
    return constant.bytes("constvalue")[4:].decode() if constant.kind == "CONST" else ""


def _operator(expression: Node, place: Place) -> bool:
    catalog = place.scope.catalog
    operator = catalog.operators.get(expression.number("opno"))
    function = catalog.functions.get(expression.number("opfuncid"))
    if operator is None or function is None or not operator.is_total:
        return True
    return _result("any" if function.is_strict else function.rule, expression, place)


def _result(rule: Rule | None, call: Node, place: Place) -> bool:
    """Whether a function that follows the rule returns NULL for the call's arguments."""
    arguments = call.nodes("args")
    match rule:
        case "never":
            return False
        case "any":
            return _any(arguments, place)
        case "first":
            return _any(arguments[:1], place)
        case "first two":
            return _any(arguments[:2], place)
        case "all":
            return _all(arguments, place)
        case None:
            return True


def _array_comparison(comparison: Node, place: Place) -> bool:
    _, array = comparison.nodes("args")
    return _operator(comparison, place) or has_nullable_elements(array, place)


def has_nullable_elements(array: Node, place: Place) -> bool:
    """Whether an array that is not NULL can have a NULL among its elements, in inner arrays too."""
    handler = _ELEMENT_HANDLERS.get(array.kind)
    return handler is None or handler(array, place)


def _elements_as_written(array: Node, place: Place) -> bool:
    elements = array.nodes("elements")
    if array.flag("multidims"):  # an inner array that is NULL adds nothing
        return any(has_nullable_elements(one, place) for one in elements)
    return _any(elements, place)


def _elements_of_constant(array: Node, _: Place) -> bool:
    # The header has the length, the dimensions, and an offset that is 0 if there are no NULLs.
    return any(array.bytes("constvalue")[8:12])


def _elements_of_subquery(array: Node, place: Place) -> bool:
    query = array.child("subselect")
    element = _type_of_column(query)
    is_of_arrays = element == 0 or place.scope.catalog.types.is_array(element)
    if array.number("subLinkType") != _ARRAY or is_of_arrays:
        return True
    return place.scope.subquery(query, place).output()[0].is_nullable


def _elements_after_cast(array: Node, place: Place) -> bool:
    cast = array.child("elemexpr")
    is_cast_to_null = is_nullable(cast, replace(place, has_test_value=True))
    return is_cast_to_null or has_nullable_elements(array.child("arg"), place)


def _case(case: Node, place: Place) -> bool:
    requirements = place.scope.requirements
    for when in case.nodes("args"):
        condition = when.child("expr")
        if is_nullable(when.child("result"), place.knowing(requirements.of_true(condition))):
            return True
        place = place.knowing(requirements.of_not_true(condition))
    return is_nullable(case.child("defresult"), place)


def _sublink(sublink: Node, place: Place) -> bool:
    kind = sublink.number("subLinkType")
    if kind in (_EXISTS, _ARRAY):
        return False
    subquery = place.scope.subquery(sublink.child("subselect"), place)
    columns = tuple(column.is_nullable for column in subquery.output())
    if kind == _EXPR:
        return not subquery.is_always_one_row or columns[0]
    if kind in (_ALL, _ANY):
        return is_nullable(sublink.child("testexpr"), replace(place, subquery=columns))
    return True


def _domain(coercion: Node, place: Place) -> bool:
    if place.scope.catalog.types.is_not_null(coercion.number("resulttype")):
        return False
    return is_nullable(coercion.child("arg"), place)


def _json_constructor(constructor: Node, place: Place) -> bool:
    if constructor.number("type") in (_JSON_OBJECT, _JSON_ARRAY):
        return False
    function = constructor.node("func")
    return is_nullable(function, place) if function else _any_argument(constructor, place)


def _subscript(access: Node, place: Place) -> bool:
    """A slice of an array is never NULL: it is empty where the array has no such elements."""
    is_slice = bool(access.fields.get("reflowerindexpr"))
    is_array = place.scope.catalog.types.is_array(access.number("refcontainertype"))
    if not (is_slice and is_array) or access.node("refassgnexpr"):
        return True
    bounds = (*access.nodes("reflowerindexpr"), *access.nodes("refupperindexpr"))
    return _any((access.child("refexpr"), *bounds), place)


def _distinct(comparison: Node, place: Place) -> bool:
    """IS DISTINCT FROM is NULL only where its equality operator returns NULL."""
    operator = place.scope.catalog.operators.get(comparison.number("opno"))
    return operator is None or not operator.is_total


def _row_comparison(comparison: Node, place: Place) -> bool:
    return _any((*comparison.nodes("largs"), *comparison.nodes("rargs")), place)


_HANDLERS: dict[str, Callable[[Node, Place], bool]] = {
    "AGGREF": lambda node, place: place.scope.aggregate(node, place),
    "BOOLEXPR": _any_argument,
    "CASEEXPR": _case,
    "CASETESTEXPR": lambda _, place: not place.has_test_value,
    "COALESCEEXPR": _all_arguments,
    "COERCETODOMAIN": _domain,
    "CONST": lambda node, _: node.flag("constisnull"),
    "DISTINCTEXPR": _distinct,
    "FUNCEXPR": _function,
    "JSONCONSTRUCTOREXPR": _json_constructor,
    "MINMAXEXPR": _all_arguments,
    "OPEXPR": _operator,
    "PARAM": _parameter,
    "ROWCOMPAREEXPR": _row_comparison,
    "SCALARARRAYOPEXPR": _array_comparison,
    "SQLVALUEFUNCTION": lambda node, _: node.number("op") == _CURRENT_SCHEMA,
    "SUBLINK": _sublink,
    "SUBSCRIPTINGREF": _subscript,
    "VAR": lambda node, place: place.scope.variable(node, place).is_nullable,
    "WINDOWFUNC": lambda node, place: place.scope.window_function(node, place),
    "XMLEXPR": lambda node, _: node.number("op") != _XML_ELEMENT,
}
_ELEMENT_HANDLERS: dict[str, Callable[[Node, Place], bool]] = {
    "ARRAYCOERCEEXPR": _elements_after_cast,
    "ARRAYEXPR": _elements_as_written,
    "CONST": _elements_of_constant,
    "RELABELTYPE": lambda node, place: has_nullable_elements(node.child("arg"), place),
    "SUBLINK": _elements_of_subquery,
}
