"""The scalars of the schema beside those that GraphQL has.

The values of input are checked by the models of the operations, as they are behind every door.
"""

from typing import Any, Final

from graphql import GraphQLError, GraphQLScalarType, IntValueNode, StringValueNode, ValueNode


def _integer(node: ValueNode) -> int:
    if not isinstance(node, IntValueNode):
        raise GraphQLError("A Long is an integer.", node)
    try:
        return int(node.value)
    except ValueError:  # thousands of digits
        raise GraphQLError("A Long has at most 53 bits.", node) from None


def _text(node: ValueNode) -> str:
    if not isinstance(node, StringValueNode):
        raise GraphQLError("A Time is a string.", node)
    return node.value


def _never(node: ValueNode) -> str:
    raise GraphQLError("Give a secret in a variable, because documents are kept.", node)


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - any JSON
    return value


LONG: Final = GraphQLScalarType(
    "Long",
    description="An integer of at most 53 bits, which every reader of JSON reads exactly.",
    coerce_output_value=_as_it_is,
    coerce_input_value=_as_it_is,
    coerce_input_literal=_integer,
)
TIME: Final = GraphQLScalarType(
    "Time",
    description="A time of RFC 3339, in UTC where the bank tells it: `2026-11-20T12:00:00Z`.",
    coerce_output_value=_as_it_is,
    coerce_input_value=_as_it_is,
    coerce_input_literal=_text,
)
SECRET: Final = GraphQLScalarType(
    "Secret",
    description="A password, a code or a token, which is given in a variable only.",
    coerce_input_value=_as_it_is,
    coerce_input_literal=_never,
)
