"""GraphQL documents that are made up from the schema, and some that are broken afterwards."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import GraphQLInterfaceType, GraphQLObjectType
from hypothesis import strategies as st

from bankapp.api.graphql.library import library
from bankapp.api.graphql.names import camel_case, input_name, is_read, root_field
from bankapp.api.graphql.table import SERVED
from bankapp.operations.operation import Operation
from tests.api.graphql.documents import committed_schema

_VALUES: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["USD", "2026-10", "OPEN", "banker", "BANKER", "last", "1-1"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)
_PIECES: Final = (*'{}():!#"\0é', "...", "@skip(if: true)", "$x", "id")
_DEPTH_MAX: Final = 6


@st.composite
def asked(draw: st.DrawFn) -> tuple[Operation, dict[str, Any]]:
    """An operation, and most of its fields, with values of any kind."""
    operation = draw(st.sampled_from(SERVED))
    names = [
        name
        for name, field in operation.request.model_fields.items()
        if draw(st.integers(0, 9)) >= (1 if field.is_required() else 7)
    ]
    # Nothing that a request waits for.
    return operation, {name: draw(_VALUES) for name in names if name != "wait_s"}


@st.composite
def documents(draw: st.DrawFn, operation: Operation, fields: Mapping[str, Any]) -> str:
    """A document for an operation, with some of its fields and links; one in eight is broken."""
    schema = committed_schema()
    root = schema.query_type if is_read(operation) else schema.mutation_type
    field = root.fields[root_field(operation)]
    if is_read(operation):
        kinds = {name: str(argument.type) for name, argument in field.args.items()}
        names = [camel_case(name) for name in fields]
        declared = ", ".join(f"${name}: {kinds[name].rstrip('!')}" for name in names)
        given = ", ".join(f"{name}: ${name}" for name in names)
    else:
        declared = f"$input: {input_name(operation)}!" if field.args else ""
        given = "input: $input" if field.args else ""
    head = f"{'query' if is_read(operation) else 'mutation'}{f'({declared})' if declared else ''}"
    arguments = f"({given})" if given else ""
    selection = draw(_selections(field.type, 1))
    text = f"{head} {{ {root_field(operation)}{arguments}{selection} }}"
    if draw(st.integers(0, 7)) == 0:
        piece, place = draw(st.sampled_from(_PIECES)), draw(st.integers(0, len(text)))
        text = text[:place] + piece + text[place + draw(st.integers(0, 3)) :]
    return text


@st.composite
def _selections(draw: st.DrawFn, kind: Any, depth: int) -> str:
    named = library.get_named_type(kind)
    if isinstance(named, GraphQLInterfaceType):
        [concrete] = draw(
            st.lists(
                st.sampled_from(committed_schema().get_possible_types(named)),
                min_size=1,
                max_size=1,
            )
        )
        inner = draw(_selections(concrete, depth))
        return f" {{ __typename id ... on {concrete.name}{inner} }}"
    if not isinstance(named, GraphQLObjectType):
        return ""
    parts = ["__typename"]
    for name, field in named.fields.items():
        is_leaf = not isinstance(
            library.get_named_type(field.type), GraphQLObjectType | GraphQLInterfaceType
        )
        if draw(st.integers(0, 3)) > 0 and (is_leaf or depth < _DEPTH_MAX):
            parts.append(f"{name}{draw(_selections(field.type, depth + 1))}")
    return f" {{ {' '.join(parts)} }}"
