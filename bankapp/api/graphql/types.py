"""The types of the schema, from the models of requests and responses."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, cast, get_args, get_origin

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from pydantic import AwareDatetime, BaseModel, EmailStr
from pydantic.fields import FieldInfo

from bankapp.api.graphql.enums import Enums
from bankapp.api.graphql.library import InputType, OutputType
from bankapp.api.graphql.names import camel_case, pascal_case, prose, type_name
from bankapp.api.graphql.scalars import LONG, SECRET, TIME
from bankapp.domain import limits
from bankapp.operations.events.declared import MODELS, Event
from bankapp.operations.fields import Accepted, NoContent, given_as

Hint: TypeAlias = object  # what a field is annotated with
Source: TypeAlias = Mapping[str, Any]
Info: TypeAlias = GraphQLResolveInfo[Any]
OutputFields: TypeAlias = dict[str, GraphQLField]

_SCALARS: Final[Mapping[object, GraphQLScalarType]] = {
    bool: GraphQLBoolean,
    int: LONG,
    str: GraphQLString,
    datetime: TIME,
    AwareDatetime: TIME,
    date: GraphQLString,
    EmailStr: GraphQLString,
    Decimal: GraphQLString,
    uuid.UUID: GraphQLString,
    IPv4Address: GraphQLString,
    IPv6Address: GraphQLString,
}
_EMPTY: Final = (NoContent, Accepted)
_EVENTS: Final = frozenset(MODELS.values())


class Types:
    """Makes each type once. `links` gives a type's fields beside those of its model."""

    def __init__(self, links: Callable[[type[BaseModel]], Mapping[str, GraphQLField]]) -> None:
        self._links = links
        self._enums = Enums()
        self._objects: dict[type[BaseModel], GraphQLObjectType | GraphQLInterfaceType] = {}
        self._inputs: dict[str, tuple[type[BaseModel], GraphQLInputObjectType]] = {}

    @property
    def events(self) -> Iterator[GraphQLObjectType]:
        """The types of events, which only their interface leads to."""
        return (cast("GraphQLObjectType", self.object(model)) for model in MODELS.values())

    def response(self, model: type[BaseModel]) -> OutputType:
        """The type of an answer, which is null where it is refused."""
        return GraphQLBoolean if model in _EMPTY else self.object(model)

    def object(self, model: type[BaseModel]) -> GraphQLObjectType | GraphQLInterfaceType:
        """The type of a response, or of a part of one."""
        if model not in self._objects:
            self._objects[model] = self._event() if model is Event else self._object(model)
        return self._objects[model]

    def input(self, name: str, model: type[BaseModel]) -> GraphQLInputObjectType:
        """The type of a request, or of a part of one."""
        if name not in self._inputs:
            fields = self.input_fields(model, set())
            made = GraphQLInputObjectType(name, fields, description=prose(doc_of(model)))
            self._inputs[name] = (model, made)
        known, made = self._inputs[name]
        assert known is model, f"two inputs {name}"
        return made

    def input_fields(
        self, model: type[BaseModel], without: set[str]
    ) -> dict[str, GraphQLInputField]:
        """The fields of a request, but for those that come from elsewhere."""
        return {
            camel_case(name): self._input_field(model, name, field)
            for name, field in model.model_fields.items()
            if name not in without
        }

    def _object(self, model: type[BaseModel]) -> GraphQLObjectType:
        def fields() -> OutputFields:
            own = {
                camel_case(name): self._output_field(model, name, field)
                for name, field in model.model_fields.items()
            }
            links = self._links(model)
            assert not own.keys() & links.keys(), f"{model.__name__}: two of one name"
            return {**own, **links}

        interfaces = [self.object(Event)] if model in _EVENTS else []
        return GraphQLObjectType(
            type_name(model),
            fields,
            interfaces=cast("list[GraphQLInterfaceType]", interfaces),
            description=prose(doc_of(model)),
        )

    def _event(self) -> GraphQLInterfaceType:
        types = {name: type_name(model) for name, model in MODELS.items()}
        [some, *_] = MODELS.values()
        return GraphQLInterfaceType(
            "Event",
            lambda: {
                camel_case(name): self._output_field(some, name, some.model_fields[name])
                for name in ("id", "type", *Event.model_fields)
            },
            resolve_type=lambda event, _info, _type: types[event["type"]],
            description=prose(doc_of(Event)),
        )

    def _output_field(self, model: type[BaseModel], name: str, field: FieldInfo) -> GraphQLField:
        def resolve(source: Source, _info: Info) -> Any:  # noqa: ANN401 - any JSON
            return source.get(name)

        output = self._output(field.annotation, _enum_name(model, name))
        return GraphQLField(output, resolve=resolve, description=prose(field.description))

    def _output(self, hint: Hint, enum_name: str) -> OutputType:
        hint, is_nullable = _without_null(hint)
        output: OutputType
        if get_origin(hint) is list:
            output = GraphQLList(self._output(get_args(hint)[0], enum_name))
        elif _is_event(hint):
            output = self.object(Event)
        elif (model := _model_in(hint)) is not None:
            output = self.object(model)
        else:
            output = self._enums.find(hint, enum_name) or _SCALARS[hint]
        return output if is_nullable else GraphQLNonNull(output)

    def _input_field(
        self, model: type[BaseModel], name: str, field: FieldInfo
    ) -> GraphQLInputField:
        given = self._input(_typed_as(field), _enum_name(model, name), is_secret=not field.repr)
        if not field.is_required() and isinstance(given, GraphQLNonNull):
            given = cast("InputType", given.of_type)  # pyright: ignore[reportUnknownMemberType]
        return GraphQLInputField(
            given,
            default_value=_default(name, field),
            description=prose(field.description),
            out_name=name,
        )

    def _input(self, hint: Hint, enum_name: str, *, is_secret: bool = False) -> InputType:
        hint, is_nullable = _without_null(hint)
        given: InputType
        if is_secret:
            given = SECRET
        elif get_origin(hint) is list:
            given = GraphQLList(self._input(get_args(hint)[0], enum_name))
        elif (model := _model_in(hint)) is not None:
            given = self.input(f"{model.__name__}Input", model)
        else:
            given = self._enums.find(hint, enum_name) or _SCALARS[hint]
        return given if is_nullable else GraphQLNonNull(given)


def _default(name: str, field: FieldInfo) -> object:
    """The default that clients are told of; a page is never larger than others are."""
    if field.is_required() or _typed_as(field) is not field.annotation:
        return Undefined
    if name == "limit":
        return min(field.default, limits.PAGE_SIZE_MAX)
    return Undefined if field.default is None else field.default


def _typed_as(field: FieldInfo) -> Hint:
    """The type hint of a field as clients give it, before it is decoded."""
    return given_as(field.metadata) or field.annotation


def _without_null(hint: Hint) -> tuple[Hint, bool]:
    """A hint without its annotations, and whether None is among its types."""
    while get_origin(hint) is Annotated:
        hint, *metadata = get_args(hint)
        hint = given_as(metadata) or hint
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    others = [one for one in get_args(hint) if one is not NoneType]
    # An address of either version is text; the models of events are one interface.
    inner = others[0] if len(others) == 1 or _SCALARS.get(others[0]) else hint
    if inner is hint:
        return hint, False
    return _without_null(inner)[0], len(others) < len(get_args(hint))


def _model_in(hint: Hint) -> type[BaseModel] | None:
    return hint if isinstance(hint, type) and issubclass(hint, BaseModel) else None


def _is_event(hint: Hint) -> bool:
    return get_origin(hint) in (Union, UnionType) and frozenset(get_args(hint)) == _EVENTS


def _enum_name(model: type[BaseModel], name: str) -> str:
    """The name of an enum that only this field has."""
    return pascal_case(f"{model.__name__.removesuffix('Request')}_{name}")


def doc_of(model: type[BaseModel]) -> str | None:
    """The docstring of a model itself, or of the generic one that it is made from."""
    origin = model.__pydantic_generic_metadata__["origin"] or model
    return vars(origin).get("__doc__")
