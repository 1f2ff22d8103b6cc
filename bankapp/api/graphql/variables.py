"""The variables of a request, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableDefinitionNode,
)

from bankapp.api.graphql.library import InputType, library
from bankapp.domain import errors, limits


def unknown_variables(
    operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[errors.Violation]:
    """A violation for each variable that the operation does not have."""
    known = {one.variable.name.value for one in operation.variable_definitions or ()}
    return [
        errors.Violation(name, "is not a variable of the document")
        for name in sorted(variables.keys() - known)
    ][: limits.VIOLATION_COUNT_MAX]


def wrong_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[errors.Violation]:
    """A violation for each value that has not the type of its variable."""
    found = (
        violation
        for one in operation.variable_definitions or ()
        for violation in _violations(schema, one, variables)
    )
    return [*islice(found, limits.VIOLATION_COUNT_MAX)]


def _violations(
    schema: GraphQLSchema, definition: VariableDefinitionNode, variables: Mapping[str, Any]
) -> Iterator[errors.Violation]:
    name = definition.variable.name.value
    kind: InputType = library.type_from_ast(schema, definition.type)
    if name not in variables:
        if library.is_non_null_type(kind) and definition.default_value is None:
            yield errors.Violation(name, "is required")
        return
    violations: list[errors.Violation] = []

    def note(error: GraphQLError, path: list[str | int]) -> None:
        violations.append(errors.Violation(".".join(map(str, path)) or name, error.message))

    library.validate_input_value(variables[name], kind, note, hide_suggestions=True)
    yield from violations
