"""The parts of a `.proto` file: messages, enums and services, before they are numbered."""

from dataclasses import dataclass
from enum import StrEnum

EMPTY = "google.protobuf.Empty"
TIMESTAMP = "google.protobuf.Timestamp"


class Label(StrEnum):
    """What stands before the type of a field."""

    NONE = ""
    OPTIONAL = "optional "
    REPEATED = "repeated "


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a message. Those that are `chosen` are members of its oneof."""

    name: str
    type: str
    label: Label = Label.NONE
    comment: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `choice` is the name of its oneof."""

    name: str
    comment: str
    fields: tuple[Field, ...]
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Enumeration:
    """An enum, whose labels are those of JSON."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A method of a service."""

    name: str
    request: str
    response: str
    comment: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service."""

    name: str
    comment: str
    procedures: tuple[Procedure, ...]
