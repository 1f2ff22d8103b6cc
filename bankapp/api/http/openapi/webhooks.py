"""The entries of the webhooks: one for each event, as Standard Webhooks 1.0 sends it."""

from typing import Final

from bankapp.api.http.openapi.schemas import Schema
from bankapp.operations.events.declared import DECLARED, MODELS

HEADERS: Final[Schema] = {
    "WebhookId": {
        "name": "webhook-id",
        "in": "header",
        "description": "The `id` of the event. It is the same whenever the event is sent again, so "
        "a receiver that has done its work for an id leaves it at that",
        "required": True,
        "schema": {"type": "string"},
    },
    "WebhookTimestamp": {
        "name": "webhook-timestamp",
        "in": "header",
        "description": "When this attempt was sent, in seconds since 1970. A receiver refuses one "
        "that is more than five minutes off",
        "required": True,
        "schema": {"type": "string", "pattern": r"^\d+$"},
    },
    "WebhookSignature": {
        "name": "webhook-signature",
        "in": "header",
        "description": "`v1,` and the base64 of the HMAC-SHA256, under the secret of the endpoint, "
        "of webhook-id, webhook-timestamp and body, joined by dots. While a secret is replaced "
        "there are two signatures with a space between them, and one that is right is enough",
        "required": True,
        "schema": {
            "type": "string",
            "pattern": r"^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)*$",
        },
    },
}
_RESPONSES: Final[Schema] = {
    "2XX": {"description": "The event is received and is not sent again"},
    "410": {"description": "Nothing is to be sent to this endpoint any more"},
    "default": {"description": "The event is not received and is sent again later"},
}


def describe_webhooks(tag: str) -> Schema:
    """The webhooks by event, for readers of this tag."""
    return {event.name: {"post": _describe(event.name, event.meaning(), tag)} for event in DECLARED}


def _describe(name: str, meaning: str, tag: str) -> Schema:
    return {
        "tags": [tag],
        "summary": name,
        "description": meaning,
        "security": [],
        "parameters": [{"$ref": f"#/components/parameters/{header}"} for header in HEADERS],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{MODELS[name].__name__}"}
                }
            },
        },
        "responses": _RESPONSES,
    }
