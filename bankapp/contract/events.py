"""The events, spelled for the client: names for their types, and one of a newer bank."""

from typing import Final, get_args

from pydantic import BaseModel

from bankapp.operations.events.declared import AnyEvent, Event, EventName

NAMES: Final = EventName
UNION: Final = AnyEvent
BASE: Final[type[BaseModel]] = Event
MODELS: Final[tuple[type[BaseModel], ...]] = get_args(get_args(AnyEvent)[0])

# What stands behind the events in the module of the models; `known` is their union.
UNION_SOURCE: Final = '''\
class UnknownEvent(Event):
    """An event of a type that a newer bank has, and this client does not know."""

    type: str
    data: dict[str, Any]

    @field_validator("type")
    @classmethod
    def _is_unknown(cls, name: str) -> str:
        # An event of a known type that cannot be read must not be passed over.
        if name in get_args(EventName):
            raise ValueError(f"is no {{name}} that this client can read")
        return name


KnownEvent: TypeAlias = Annotated[{known}, Field(discriminator="type")]

AnyEvent: TypeAlias = Annotated[KnownEvent | UnknownEvent, Field(union_mode="left_to_right")]'''
