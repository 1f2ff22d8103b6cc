"""The schema, from the operations, their models and the links."""

from collections.abc import Mapping
from typing import Any, Final, Protocol, cast

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
)

from bankapp.api.graphql.library import InputType
from bankapp.api.graphql.links import LINKS, Link
from bankapp.api.graphql.names import camel_case, input_name, is_read, prose
from bankapp.api.graphql.table import MUTATIONS, QUERIES
from bankapp.api.graphql.types import Source, Types, doc_of
from bankapp.operations.operation import Operation

INPUT: Final = "input"
OPERATION: Final = "operation"  # of the bank, among a field's extensions


class Asking(Protocol):
    """The context of a request: does what its fields ask for."""

    async def ask(self, operation: Operation, fields: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """The answer as JSON. Raises Refusal."""
        ...


def create_schema() -> GraphQLSchema:
    """The schema of all that the door serves. Its fields are resolved by an `Asking`."""
    types = Types(
        lambda model: {
            camel_case(link.name): _link(types, link) for link in LINKS if link.source is model
        }
    )
    return GraphQLSchema(
        query=_root("Query", QUERIES, types),
        mutation=_root("Mutation", MUTATIONS, types),
        types=[*types.events],
    )


def _root(name: str, operations: Mapping[str, Operation], types: Types) -> GraphQLObjectType:
    return GraphQLObjectType(
        name, {field: _field(types, operation) for field, operation in operations.items()}
    )


def _field(types: Types, operation: Operation) -> GraphQLField:
    if is_read(operation):
        arguments = _arguments(types, operation, set())
    elif operation.request.model_fields:
        given = types.input(input_name(operation), operation.request)
        arguments = {INPUT: GraphQLArgument(GraphQLNonNull(given))}
    else:
        arguments = {}

    async def resolve(_source: None, info: GraphQLResolveInfo[Asking], **given: Any) -> Any:  # noqa: ANN401
        asking: Asking = info.context
        return await asking.ask(operation, given.get(INPUT, given))

    return GraphQLField(
        types.response(operation.response),
        arguments,
        resolve=resolve,
        description=_description(operation),
        extensions={OPERATION: operation},
    )


def _link(types: Types, link: Link) -> GraphQLField:
    operation = link.operation

    async def answer(asking: Asking, fields: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        return await asking.ask(operation, fields)

    def resolve(source: Source, info: GraphQLResolveInfo[Asking], **given: Any) -> Any:  # noqa: ANN401
        known = {name: source.get(field) for name, field in link.given.items()}
        if None in known.values():
            return None
        return answer(info.context, {**given, **known})

    return GraphQLField(
        types.response(operation.response),
        _arguments(types, operation, set(link.given)),
        resolve=resolve,
        description=_description(operation),
        extensions={OPERATION: operation},
    )


def _description(operation: Operation) -> str | None:
    """The docstring of an operation, and of a request whose fields are arguments."""
    docs = [operation.run.__doc__, doc_of(operation.request) if is_read(operation) else None]
    return "\n\n".join(filter(None, map(prose, docs)))


def _arguments(types: Types, operation: Operation, without: set[str]) -> dict[str, GraphQLArgument]:
    return {
        name: GraphQLArgument(
            cast("InputType", field.type),  # pyright: ignore[reportUnknownMemberType]
            default_value=field.default_value,
            description=field.description,
            out_name=field.out_name,
        )
        for name, field in types.input_fields(operation.request, without).items()
    }
