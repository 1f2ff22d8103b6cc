"""The events that readers are told of, each declared once: its class, and the data it comes with.

From here come the types of the feed, the OpenAPI and AsyncAPI documents, the classes of the client
and the table of the docs. A new field of the data that may be null is free. Any other change makes
another event, such as `account.frozen.v2`, beside the first.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, Union

from pydantic import AfterValidator, Field, create_model

from bankapp.domain import events
from bankapp.domain.feed import Place
from bankapp.operations.events import data
from bankapp.operations.fields import Id, ResponseModel, Time

DECLARED: Final[Mapping[type[events.Event], type[ResponseModel]]] = {
    events.TransferPosted: data.TransferData,
    events.HoldPlaced: data.HoldData,
    events.HoldCaptured: data.HoldEndData,
    events.HoldVoided: data.HoldEndData,
    events.HoldExpired: data.HoldEndData,
    events.UserCreated: data.UserCreatedData,
    events.UserChanged: data.UserChangedData,
    events.UserRoleChanged: data.UserRoleChangedData,
    events.UserEmailVerified: data.UserData,
    events.UserPasswordChanged: data.UserData,
    events.UserBlocked: data.UserData,
    events.UserUnblocked: data.UserData,
    events.SessionOpened: data.SessionData,
    events.SessionRenewed: data.SessionData,
    events.SessionReuseDetected: data.SessionData,
    events.SessionEnded: data.SessionData,
    events.AccountOpened: data.AccountOpenedData,
    events.AccountFrozen: data.AccountData,
    events.AccountThawed: data.AccountData,
    events.AccountClosed: data.AccountData,
    events.WebhookCreated: data.WebhookData,
    events.WebhookChanged: data.WebhookData,
    events.WebhookDeleted: data.WebhookData,
    events.WebhookSecretRotated: data.WebhookData,
    events.WebhookDisabled: data.WebhookDisabledData,
}
# Of these readers are not told, for a reason.
INTERNAL: Final[Mapping[type[events.Event], str]] = {
    events.UserPasswordRehashed: "The password is the same; only how it is stored has changed.",
    events.FeedEpochBegun: "Readers learn it by the refusal `feed_rewound`.",
    events.FeedConsumerSetBack: "It says where events are sent again, and nothing of the bank.",
    events.RateAccepted: "No money moves at a rate, and `GET /v1/rates` shows it.",
    events.RateRefused: "No money moves at a rate, and `GET /v1/rates` does not show it.",
}
NAMES: Final = frozenset(event.name for event in DECLARED)


def checked_id(event_id: str) -> str:
    """The id of an event, if it can be one. Raises ValueError."""
    Place.parse(event_id)
    return event_id


EventId = Annotated[str, Field(pattern=r"^[1-9]\d*-\d+$", examples=["1-123"])]
GivenEventId = Annotated[EventId, AfterValidator(checked_id)]


class Event(ResponseModel):
    """Something that happened.

    `id` is its place in the feed, and a cursor. `account_ids` are the accounts concerned that the
    reader may see. `request_id` is that of the request that caused it, where the reader may see it.
    """

    id: EventId
    timestamp: Time
    subject: Annotated[str, Field(examples=["transfer:123"])]
    account_ids: list[Id]
    request_id: str | None


def _model(event: type[events.Event], content: type[ResponseModel]) -> type[Event]:
    fields: dict[str, Any] = {"type": (Literal[event.name], ...), "data": (content, ...)}
    model: type[Event] = create_model(
        f"{event.__name__}Event", __base__=Event, __doc__=event.meaning(), **fields
    )
    return model


MODELS: Final[Mapping[str, type[Event]]] = {
    event.name: _model(event, content) for event, content in DECLARED.items()
}
if TYPE_CHECKING:
    AnyEvent: TypeAlias = Event
    EventName: TypeAlias = str
else:
    AnyEvent = Annotated[Union.__getitem__(tuple(MODELS.values())), Field(discriminator="type")]
    EventName = Literal[tuple(MODELS)]
