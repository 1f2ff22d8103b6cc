"""The AsyncAPI document: the events, as readers of Kafka receive them."""

import json
from importlib.metadata import version
from typing import Final

from bankapp.api.http.openapi.schemas import Schema, schemas_of_responses
from bankapp.domain.events import Event
from bankapp.operations.events.declared import DECLARED, MODELS

TOPIC: Final = "bank.events.v1"
# CloudEvents 1.0 in the binary mode of its binding to Kafka.
_HEADERS: Final[Schema] = {
    "type": "object",
    "description": "The attributes of CloudEvents 1.0, each a header of the record",
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {
            "type": "string",
            "description": "The `id` of the event, unique within its source",
        },
        "ce_type": {"type": "string", "description": "The `type` of the event"},
        "ce_source": {
            "type": "string",
            "format": "uri-reference",
            "minLength": 1,
            "description": "The bank that tells of the event",
        },
        "ce_time": {
            "type": "string",
            "format": "date-time",
            "description": "The `timestamp` of the event",
        },
        "ce_subject": {"type": "string", "description": "The `subject` of the event"},
        "content-type": {"type": "string", "const": "application/json"},
    },
    "required": [
        *("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject"),
        "content-type",
    ],
}


def render_asyncapi() -> str:
    """The document as text: the same bytes for the same bank."""
    return json.dumps(create_asyncapi(), indent=1, ensure_ascii=False) + "\n"


def create_asyncapi() -> Schema:
    """The document as data."""
    messages = {event.name: _message(event) for event in DECLARED}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "bankapp",
            "version": version("bankapp"),
            "description": "What happened at the bank, as records of Kafka.",
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "defaultContentType": "application/json",
        "channels": {
            "events": {
                "address": TOPIC,
                "description": "Every event once, in the order of the feed, so the topic has one "
                "partition. Readers pass over types that they do not know.",
                "messages": {name: _reference("messages", name) for name in messages},
                "bindings": {"kafka": {"topic": TOPIC, "partitions": 1, "bindingVersion": "0.5.0"}},
            }
        },
        "operations": {
            "tell_events": {
                "action": "send",
                "channel": {"$ref": "#/channels/events"},
                "summary": "The bank tells what happened",
            }
        },
        "components": {
            "messages": messages,
            "schemas": {"EventHeaders": _HEADERS, **schemas_of_responses(MODELS.values())},
        },
    }


def _message(event: type[Event]) -> Schema:
    return {
        "name": event.name,
        "summary": event.meaning(),
        "headers": {
            "allOf": [
                _reference("schemas", "EventHeaders"),
                {"properties": {"ce_type": {"const": event.name}}},
            ]
        },
        "payload": _reference("schemas", MODELS[event.name].__name__),
    }


def _reference(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}
