"""From the models of requests and responses to messages and enums."""

import inspect
import re
import types
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, EmailStr
from pydantic.fields import FieldInfo

from bankapp.api.grpc.methods import camel_case
from bankapp.contract import events
from bankapp.contract.proto.parts import EMPTY, TIMESTAMP, Enumeration, Field, Label, Message
from bankapp.contract.types import item_of
from bankapp.operations.events.declared import DECLARED
from bankapp.operations.fields import Accepted, NoContent, Page, given_as

# int64 for every integer, so that a limit can be raised. The rest is text as in JSON.
_SPELLED: Final[dict[object, str]] = {
    bool: "bool",
    int: "int64",
    str: "string",
    EmailStr: "string",
    date: "string",
    datetime: TIMESTAMP,
    AwareDatetime: TIMESTAMP,
    Decimal: "string",
    uuid.UUID: "string",
    IPv4Address: "string",
    IPv6Address: "string",
}
_FORMATS: Final[dict[object, str]] = {
    date: "A day, as in 2026-11-27",
    Decimal: "A decimal number",
    uuid.UUID: "A UUID",
}
# A list that may be absent: in a message of its own, because a repeated field is never absent.
_LISTS: Final = {
    "string": Message(
        "StringList",
        "A list that may be absent, which is not the same as empty.",
        (Field(name="values", type="string", label=Label.REPEATED),),
    )
}
EVENT: Final = "Event"
_NAMES: Final[object] = events.NAMES
_UNION: Final[object] = events.UNION


@dataclass(frozen=True, slots=True)
class _Spelled:
    """A type as a field has it. `is_message` types are absent without a label."""

    name: str
    is_message: bool = False
    is_repeated: bool = False
    is_nullable: bool = False


@dataclass(slots=True)
class Messages:
    """The messages and enums of one file, by name; those of `others` are not repeated."""

    others: tuple["Messages", ...] = ()
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    enums: dict[str, Enumeration] = field(default_factory=dict[str, Enumeration])

    def add_request(self, name: str, model: type[BaseModel]) -> None:
        """Add the message of a request."""
        assert name not in self.messages, f"two messages named {name}"
        self.messages[name] = self._message(name, model, is_request=True)

    def add_response(self, model: type[BaseModel]) -> str:
        """Add the message of a response; return its name."""
        if model in (NoContent, Accepted):
            return EMPTY
        return self._add_model(model)

    def _add_model(self, model: type[BaseModel], *, is_request: bool = False) -> str:
        item = item_of(model)
        name = model.__name__ if item is None else f"{item.__name__}Page"
        if not self._is_known(name):
            self.messages[name] = Message(name, "", ())  # its place, before those it refers to
            self.messages[name] = self._message(name, model, is_request=is_request)
        return name

    def _message(self, name: str, model: type[BaseModel], *, is_request: bool) -> Message:
        fields = tuple(
            self._field(name, field_name, member, is_request=is_request)
            for field_name, member in model.model_fields.items()
        )
        return Message(name, _comment(model), fields)

    def _field(self, owner: str, name: str, member: FieldInfo, *, is_request: bool) -> Field:
        sent = given_as(member.metadata) if is_request else None
        annotation = member.annotation if sent is None else sent
        spelled = self._spell(annotation, owner, name, is_request=is_request)
        # False stands for a switch that is not set; 0 and "" do not stand for another default.
        is_optional = spelled.is_nullable or not (member.is_required() or member.default is False)
        if spelled.is_repeated and is_optional:
            spelled = _Spelled(self._add_list(spelled.name), is_message=True)
        label = Label.NONE
        if spelled.is_repeated:
            label = Label.REPEATED
        elif is_optional and not spelled.is_message:
            label = Label.OPTIONAL
        return Field(name=name, type=spelled.name, label=label, comment=_describe(member))

    def _spell(self, annotation: object, owner: str, name: str, *, is_request: bool) -> _Spelled:
        if annotation == _NAMES:
            return _Spelled("string")  # a name of a newer bank must not be lost
        if annotation == _UNION:
            return _Spelled(self._add_event(), is_message=True)
        if (name_of_type := _SPELLED.get(annotation)) is not None:
            return _Spelled(name_of_type, is_message=name_of_type == TIMESTAMP)
        if get_origin(annotation) is not None:
            return self._spell_form(annotation, owner, name, is_request=is_request)
        assert isinstance(annotation, type), annotation
        return self._spell_class(annotation, is_request=is_request)

    def _spell_class(self, kind: type, *, is_request: bool) -> _Spelled:
        if issubclass(kind, Enum):
            labels = tuple(str(member.value) for member in kind)
            return _Spelled(self._add_enum(kind.__name__, labels))
        assert issubclass(kind, BaseModel), kind
        return _Spelled(self._add_model(kind, is_request=is_request), is_message=True)

    def _spell_form(
        self, annotation: object, owner: str, name: str, *, is_request: bool
    ) -> _Spelled:
        origin, arguments = get_origin(annotation), get_args(annotation)

        def spell(inner: object) -> _Spelled:
            return self._spell(inner, owner, name, is_request=is_request)

        if origin is Annotated:
            sent = given_as(arguments[1:]) if is_request else None
            return spell(arguments[0] if sent is None else sent)
        if origin in (Union, types.UnionType):
            [spelled] = {spell(one) for one in arguments if one is not types.NoneType}
            return replace(spelled, is_nullable=types.NoneType in arguments)
        if origin is list:
            return replace(spell(arguments[0]), is_repeated=True)
        assert origin is Literal, annotation
        labels = tuple(map(str, arguments))
        return _Spelled(self._add_enum(owner.removesuffix("Request") + camel_case(name), labels))

    def _add_event(self) -> str:
        """The event of any type: what all have in common, and a choice of their data."""
        if self._is_known(EVENT):
            return EVENT
        common = events.BASE.model_fields.items()
        fields = [self._field(EVENT, name, one, is_request=False) for name, one in common]
        kind = "Which of `data` is set; of a type that a newer bank has, none is known."
        fields.append(Field(name="type", type="string", comment=kind))
        fields += [
            Field(
                name=event.name.replace(".", "_"),
                type=self._add_model(content),
                comment=event.meaning(),
                is_chosen=True,
            )
            for event, content in DECLARED.items()
        ]
        self.messages[EVENT] = Message(EVENT, _comment(events.BASE), tuple(fields), "data")
        return EVENT

    def _add_list(self, item: str) -> str:
        message = _LISTS[item]
        if not self._is_known(message.name):
            self.messages[message.name] = message
        return message.name

    def _add_enum(self, name: str, labels: tuple[str, ...]) -> str:
        enumeration = Enumeration(name, labels)
        known = [one.enums[name] for one in (self, *self.others) if name in one.enums]
        assert all(one == enumeration for one in known), f"two enums named {name}"
        if not known:
            self.enums[name] = enumeration
        return name

    def _is_known(self, name: str) -> bool:
        return any(name in one.messages for one in (self, *self.others))


def _comment(model: type[BaseModel]) -> str:
    if item_of(model) is not None:
        model = Page
    has_own = model.__doc__ and all(model.__doc__ != base.__doc__ for base in model.__bases__)
    return of_messages(inspect.getdoc(model) or "") if has_own else ""


def of_messages(text: str) -> str:
    """A text about JSON as one about messages, where a field that is null is not set."""
    return re.sub(r"\bnull\b", "not set", text)


def _describe(member: FieldInfo) -> str:
    told = [*_descriptions(member)]
    return of_messages(f"{'; '.join(told)}.") if told else ""


def _descriptions(member: FieldInfo) -> Iterator[str]:
    found = [member.description] if member.description else []
    for inner in _inner(member.annotation):
        if isinstance(inner, FieldInfo) and inner.description:
            found.append(inner.description)
        elif inner in _FORMATS:
            found.append(_FORMATS[inner])
    yield from dict.fromkeys(found)


def _inner(annotation: object) -> Iterator[object]:
    """A type and, where it may be null, all that is said of it."""
    yield annotation
    for argument in get_args(annotation):
        if get_origin(annotation) in (Union, types.UnionType):
            yield from _inner(argument)
        elif get_origin(annotation) is Annotated:
            yield argument
