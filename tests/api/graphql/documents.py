"""Documents that ask for one operation, written by the committed schema."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeGuard

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
)

from bankapp.api.graphql.library import library
from bankapp.api.graphql.links import LINKS
from bankapp.api.graphql.names import (
    camel_case,
    enum_value,
    input_name,
    is_read,
    root_field,
    type_name,
)
from bankapp.operations.operation import Operation

_SCHEMA: Final = Path(__file__).parents[3] / "gen/schema.graphql"
_LINKS: Final = {(type_name(link.source), camel_case(link.name)) for link in LINKS}


@cache
def committed_schema() -> Any:
    """The schema as clients know it."""
    return build_schema(_SCHEMA.read_text())


def document_of(operation: Operation, fields: Mapping[str, Any]) -> str:
    """A document that asks for an operation with these fields, which may be wrong ones.

    The fields of a query are arguments, also those that it does not have.
    """
    field = _field(operation)
    selection = selection_of(field.type, [enum_value(name) for name in fields.get("types") or ()])
    if not is_read(operation):
        if not operation.request.model_fields and not fields:
            return f"mutation {{ asked: {root_field(operation)}{selection} }}"
        return (
            f"mutation($input: {input_name(operation)}!) "
            f"{{ asked: {root_field(operation)}(input: $input){selection} }}"
        )
    known = {name: str(argument.type) for name, argument in field.args.items()}
    names = [camel_case(name) for name in fields]
    declared = ", ".join(f"${name}: {known.get(name, 'String')}" for name in names)
    given = ", ".join(f"{name}: ${name}" for name in names)
    head, arguments = (f"query({declared})", f"({given})") if names else ("query", "")
    return f"{head} {{ asked: {root_field(operation)}{arguments}{selection} }}"


def variables_of(operation: Operation, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of that document."""
    if is_read(operation):
        kinds = {name: argument.type for name, argument in _field(operation).args.items()}
        return _given(fields, kinds)
    if not operation.request.model_fields and not fields:
        return {}
    return {"input": _given(fields, _input_types(input_name(operation)))}


def selection_of(kind: Any, events: Sequence[str] = ()) -> str:
    """Every field of a type, but for the links to other resources.

    Of events only these types have data: fields of one name may be null in some and not in others.
    """
    named = library.get_named_type(kind)
    if isinstance(named, GraphQLInterfaceType):
        common = " ".join(named.fields)
        parts = [
            f"... on {one.name} {{ data{selection_of(one.fields['data'].type)} }}"
            for one in (_event_type(event) for event in events)
        ]
        return f" {{ {common} {' '.join(parts)} }}"
    if not isinstance(named, GraphQLObjectType):
        return ""
    fields = [
        f"{name}{selection_of(field.type, events)}"
        for name, field in named.fields.items()
        if (named.name, name) not in _LINKS
    ]
    return f" {{ {' '.join(fields)} }}"


def json_of(operation: Operation, answer: Any) -> Any:
    """An answer as it is over HTTP."""
    return {} if answer is True else _json(answer, _field(operation).type)


def _json(value: Any, kind: Any) -> Any:
    named = library.get_named_type(kind)
    if _is_list(value):
        return [_json(item, named) for item in value]
    if _is_object(value):
        fields = named.fields
        if isinstance(named, GraphQLInterfaceType):
            fields = _event_type(value["type"]).fields
        return {_snake(name): _json(part, fields[name].type) for name, part in value.items()}
    if isinstance(named, GraphQLEnumType) and value is not None:
        return value.lower() if named.name != "EventType" else value.lower().replace("_", ".", 1)
    return value


def _event_type(event: str) -> Any:
    """The type of an event, such as ACCOUNT_OPENED."""
    return committed_schema().type_map["".join(map(str.capitalize, event.split("_"))) + "Event"]


def _field(operation: Operation) -> Any:
    schema = committed_schema()
    root = schema.query_type if is_read(operation) else schema.mutation_type
    return root.fields[root_field(operation)]


def _input_types(name: str) -> dict[str, Any]:
    known = committed_schema().type_map.get(name)
    if known is None:
        return {}
    return {name: field.type for name, field in known.fields.items()}


def _given(fields: Mapping[str, Any], kinds: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _value(value, kinds.get(name))
        for name, value in ((camel_case(name), value) for name, value in fields.items())
    }


def _value(value: Any, kind: Any) -> Any:
    named = library.get_named_type(kind) if kind is not None else None
    if _is_list(value):
        return [_value(item, named) for item in value]
    if _is_object(value) and isinstance(named, GraphQLInputObjectType):
        return _given(value, {name: field.type for name, field in named.fields.items()})
    is_name = isinstance(named, GraphQLEnumType) and isinstance(value, str)
    return str(value).replace(".", "_").upper() if is_name else value


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name)
