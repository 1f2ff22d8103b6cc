"""The AsyncAPI document: the events, as readers of Kafka receive them, commands and replies."""

import json
from importlib.metadata import version
from typing import Final

from bankapp.api.http.openapi.refusals import PROBLEM
from bankapp.api.http.openapi.schemas import Schema, schemas_of_messages
from bankapp.api.kafka.commands import SERVED
from bankapp.contract.commands import (
    HEADER_SCHEMAS,
    command_channels,
    command_messages,
    command_operations,
)
from bankapp.contract.references import reference
from bankapp.domain import topics
from bankapp.domain.events import Event
from bankapp.domain.topics import EventHeader
from bankapp.operations.events.declared import DECLARED, MODELS

_HEADERS: Final[Schema] = {
    "type": "object",
    "description": "The attributes of CloudEvents 1.0, each a header of the record",
    "properties": {
        EventHeader.SPEC_VERSION: {"type": "string", "const": topics.EVENT_SPEC_VERSION},
        EventHeader.ID: {
            "type": "string",
            "description": "The `id` of the event, unique within its source",
        },
        EventHeader.TYPE: {"type": "string", "description": "The `type` of the event"},
        EventHeader.SOURCE: {
            "type": "string",
            "format": "uri-reference",
            "minLength": 1,
            "description": "The bank that tells of the event",
        },
        EventHeader.TIME: {
            "type": "string",
            "format": "date-time",
            "description": "The `timestamp` of the event",
        },
        EventHeader.SUBJECT: {"type": "string", "description": "The `subject` of the event"},
        EventHeader.CONTENT_TYPE: {"type": "string", "const": topics.JSON_TYPE},
    },
    "required": [*EventHeader],
}


def render_asyncapi() -> str:
    """The document as text: the same bytes for the same bank."""
    return json.dumps(create_asyncapi(), indent=1, ensure_ascii=False) + "\n"


def create_asyncapi() -> Schema:
    """The document as data."""
    events = {event.name: _message(event) for event in DECLARED}
    operations = [served.operation for served in SERVED.values()]
    schemas = schemas_of_messages(
        sorted({operation.request for operation in operations}, key=lambda model: model.__name__),
        [*MODELS.values(), *(operation.response for operation in operations)],
    )
    found = schemas.references
    about = {one.name: (found[one.request], found[one.response]) for one in operations}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "bankapp",
            "version": version("bankapp"),
            "description": "What happened at the bank, and what it is asked to do, as records "
            "of Kafka.",
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "defaultContentType": topics.JSON_TYPE,
        "channels": {
            "events": {
                "address": topics.EVENTS,
                "description": "Every event once, in the order of the feed, so the topic has one "
                "partition. Readers pass over types that they do not know.",
                "messages": {name: reference("messages", name) for name in events},
                "bindings": {
                    "kafka": {"topic": topics.EVENTS, "partitions": 1, "bindingVersion": "0.5.0"}
                },
            },
            **command_channels(),
        },
        "operations": {
            "tell_events": {
                "action": "send",
                "channel": {"$ref": "#/channels/events"},
                "summary": "The bank tells what happened",
            },
            **command_operations(),
        },
        "components": {
            "messages": {**events, **command_messages(about)},
            "schemas": {
                "EventHeaders": _HEADERS,
                **HEADER_SCHEMAS,
                **dict(sorted({**schemas.components, "Problem": PROBLEM}.items())),
            },
        },
    }


def _message(event: type[Event]) -> Schema:
    return {
        "name": event.name,
        "summary": event.meaning(),
        "headers": {
            "allOf": [
                reference("schemas", "EventHeaders"),
                {"properties": {EventHeader.TYPE: {"const": event.name}}},
            ]
        },
        "payload": reference("schemas", MODELS[event.name].__name__),
    }
