"""The types of requests and responses, spelled for the client."""

import inspect
import types
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Any, Final, Literal, Union, cast, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, EmailStr
from pydantic.fields import FieldInfo

from bankapp.contract import events
from bankapp.operations.fields import Page

_SPELLED: Final[dict[object, str]] = {
    bool: "bool",
    int: "int",
    str: "str",
    EmailStr: "str",
    date: "date",
    datetime: "datetime",
    Decimal: "Decimal",
    AwareDatetime: "datetime",
    uuid.UUID: "UUID",
    IPv4Address: "IPv4Address",
    IPv6Address: "IPv6Address",
    type(None): "None",
}


@dataclass(slots=True)
class Types:
    """The models and enumerations of the client, each after those it refers to."""

    models: dict[str, type[BaseModel]] = field(default_factory=dict[str, type[BaseModel]])
    enums: dict[str, type[Enum]] = field(default_factory=dict[str, type[Enum]])
    # By the name of the last model that stands before it.
    unions: dict[str, str] = field(default_factory=dict[str, str])

    def spell(self, annotation: object, prefix: str = "") -> str:
        """Source of a type; `prefix` stands before the names of the models' module."""
        if annotation == events.NAMES:
            return f"{prefix}EventName"
        if annotation == events.UNION:
            return prefix + self._add_events()
        if isinstance(annotation, type) and annotation not in _SPELLED:
            return self._spell_class(annotation, prefix)
        return self._spell_form(annotation, prefix)

    def _spell_form(self, annotation: object, prefix: str) -> str:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self.spell(arguments[0], prefix)
        if origin in (Union, types.UnionType):
            return " | ".join(self.spell(argument, prefix) for argument in arguments)
        if origin is Literal:
            return f"Literal[{', '.join(map(repr, arguments))}]"
        if origin is list:
            return f"list[{self.spell(arguments[0], prefix)}]"
        return _SPELLED[annotation]

    def _spell_class(self, kind: type, prefix: str) -> str:
        if issubclass(kind, Enum):
            return prefix + self._add(self.enums, kind)
        assert issubclass(kind, BaseModel), kind
        if (item := item_of(kind)) is not None:
            return f"Page[{self.spell(item, prefix)}]"
        if issubclass(kind, events.BASE):
            self._add(self.models, events.BASE)
        for member in kind.model_fields.values():
            self.spell(member.annotation)
        return prefix + self._add(self.models, kind)

    def _add_events(self) -> str:
        names = [self.spell(model) for model in events.MODELS]
        self.unions[names[-1]] = events.UNION_SOURCE.format(known=" | ".join(names))
        return "AnyEvent"

    def _add(self, known: dict[str, Any], kind: type) -> str:
        name: str = kind.__name__
        assert known.setdefault(name, kind) is kind, f"two types named {name}"
        return name


def item_of(annotation: type[BaseModel]) -> type[BaseModel] | None:
    """The type of a page's items; None if this is no page."""
    metadata = annotation.__pydantic_generic_metadata__
    is_page = metadata["origin"] is Page
    return cast("type[BaseModel]", metadata["args"][0]) if is_page else None


def models_source(known: Types) -> Iterator[str]:
    """The module of the models."""
    yield '"""The requests and responses of the bank."""'
    yield (
        "from datetime import date, datetime\nfrom decimal import Decimal\n"
        "from ipaddress import IPv4Address, IPv6Address\n"
        "from typing import Annotated, Any, Literal, TypeAlias, get_args\nfrom uuid import UUID\n\n"
        "from pydantic import Field, field_validator\n\nfrom bankapp_client.call import Model"
    )
    for name, kind in known.enums.items():
        labels = ", ".join(repr(member.value) for member in kind)
        yield f"{name}: TypeAlias = Literal[{labels}]"
    yield f"EventName: TypeAlias = Literal[{', '.join(map(repr, get_args(events.NAMES)))}]"
    for name, model in known.models.items():
        yield _model_source(name, model, known)
        if name in known.unions:
            yield known.unions[name]


def _model_source(name: str, model: type[BaseModel], known: Types) -> str:
    is_event = issubclass(model, events.BASE) and model is not events.BASE
    inherited = events.BASE.model_fields if is_event else ()
    lines = [f"class {name}({'Event' if is_event else 'Model'}):"]
    if model.__doc__ and model.__doc__ != model.__base__.__doc__:
        lines += [f'    """{_docstring(model)}"""', ""]
    for field_name, member in model.model_fields.items():
        if field_name not in inherited:
            spelled = known.spell(member.annotation)
            lines.append(f"    {field_name}: {spelled}{_default(field_name, member)}")
    return "\n".join(lines)


def _docstring(model: type[BaseModel]) -> str:
    text = inspect.getdoc(model) or ""
    return f"{text}\n" if "\n" in text else text


def _default(name: str, member: FieldInfo) -> str:
    if name.endswith("_token"):
        return " = Field(repr=False)"
    return "" if member.is_required() or member.default is not None else " = None"
