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

    def spell(self, annotation: object, prefix: str = "") -> str:
        """Source of a type; `prefix` stands before the names of the models' module."""
        if isinstance(annotation, type) and annotation not in _SPELLED:
            return self._spell_class(annotation, prefix)
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
        for member in kind.model_fields.values():
            self.spell(member.annotation)
        return prefix + self._add(self.models, kind)

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
        "from typing import Literal, TypeAlias\nfrom uuid import UUID\n\n"
        "from pydantic import Field\n\nfrom bankapp_client.call import Model"
    )
    for name, kind in known.enums.items():
        labels = ", ".join(repr(member.value) for member in kind)
        yield f"{name}: TypeAlias = Literal[{labels}]"
    for name, model in known.models.items():
        lines = [f"class {name}(Model):"]
        if model.__doc__ and model.__doc__ != model.__base__.__doc__:
            lines += [f'    """{inspect.getdoc(model)}"""', ""]
        for field_name, member in model.model_fields.items():
            spelled = known.spell(member.annotation)
            lines.append(f"    {field_name}: {spelled}{_default(field_name, member)}")
        yield "\n".join(lines)


def _default(name: str, member: FieldInfo) -> str:
    if name.endswith("_token"):
        return " = Field(repr=False)"
    return "" if member.is_required() or member.default is not None else " = None"
