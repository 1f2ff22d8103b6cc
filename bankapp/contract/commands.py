"""Commands and replies in the AsyncAPI document."""

from typing import Final

from bankapp.api.http.openapi.schemas import Schema
from bankapp.api.kafka.commands import SERVED, Served
from bankapp.api.problems import problem_of
from bankapp.contract.references import reference
from bankapp.domain import errors, limits, topics
from bankapp.domain.topics import CommandHeader, DeadHeader, DeadReason, ReplyHeader

_HEADERS: Final[dict[CommandHeader, Schema]] = {
    CommandHeader.OPERATION: {"type": "string", "enum": [*SERVED]},
    CommandHeader.AUTHORIZATION: {
        "type": "string",
        "pattern": "^[Bb]earer .+$",
        "description": "`Bearer` and an access token, as over HTTP",
    },
    CommandHeader.IDEMPOTENCY_KEY: {
        "type": "string",
        "pattern": f"^[ -~]{{1,{limits.IDEMPOTENCY_KEY_LENGTH_MAX}}}$",
        "description": "Needed where the operation takes a key, which is done once under it",
    },
    CommandHeader.CORRELATION_ID: {
        "type": "string",
        "pattern": f"^[ -~]{{1,{limits.CORRELATION_ID_LENGTH_MAX}}}$",
        "description": "The reply has the same; choose one that nobody can guess",
    },
    CommandHeader.REPLY_TO: {
        "type": "string",
        "pattern": f"^{topics.REPLIES_PATTERN}$",
        "description": "The topic that the reply goes to, which must exist",
    },
    CommandHeader.REPLY_PARTITION: {
        "type": "string",
        "pattern": "^(0|[1-9][0-9]{0,5})$",
        "description": "The partition that the reply goes to; any, unless given",
    },
    CommandHeader.DEADLINE: {
        "type": "string",
        "format": "date-time",
        "description": "The command is not begun later, and not more than "
        f"{limits.COMMAND_AGE_MAX.seconds // 3600} hours after the time of its record; "
        f"{limits.COMMAND_AGE_DEFAULT.seconds // 3600} hour after it, unless given",
    },
    CommandHeader.REQUEST_ID: {"type": "string"},
    CommandHeader.USER_AGENT: {"type": "string", "maxLength": limits.USER_AGENT_LENGTH_MAX},
}
_NEEDED: Final = [
    CommandHeader.OPERATION,
    CommandHeader.AUTHORIZATION,
    CommandHeader.CORRELATION_ID,
    CommandHeader.REPLY_TO,
]
_REPLY_HEADERS: Final[dict[ReplyHeader, Schema]] = {
    ReplyHeader.CORRELATION_ID: {"type": "string"},
    ReplyHeader.CONTENT_TYPE: {"enum": [topics.JSON_TYPE, topics.PROBLEM_TYPE]},
    ReplyHeader.REPLAYED: {
        "enum": ["true", "false"],
        "description": "Whether the answer is the first one that was given under this key",
    },
    ReplyHeader.REQUEST_ID: {"type": "string"},
    ReplyHeader.RETRY_AFTER: {
        "type": "string",
        "pattern": "^[1-9][0-9]*$",
        "description": "Seconds to wait before the next try; only of `rate_limited`",
    },
}
_DEAD_HEADERS: Final[dict[DeadHeader, Schema]] = {
    DeadHeader.REASON: {"type": "string", "enum": [*DeadReason]},
    DeadHeader.DETAIL: {"type": "string"},
    DeadHeader.TOPIC: {"type": "string", "description": "Where the command is"},
    DeadHeader.PARTITION: {"type": "string", "pattern": "^[0-9]+$"},
    DeadHeader.OFFSET: {"type": "string", "pattern": "^[0-9]+$"},
    DeadHeader.REQUEST_ID: {"type": "string", "description": "The request in the bank's log"},
}
PROBLEM_MESSAGE: Final = "problem"
DEAD_MESSAGE: Final = "dead_command"
HEADER_SCHEMAS: Final[Schema] = {
    "CommandHeaders": {
        "type": "object",
        "properties": {name.value: schema for name, schema in _HEADERS.items()},
        "required": [name.value for name in _NEEDED],
    },
    "ReplyHeaders": {
        "type": "object",
        "properties": {name.value: schema for name, schema in _REPLY_HEADERS.items()},
        "required": [name.value for name in _REPLY_HEADERS if name is not ReplyHeader.RETRY_AFTER],
    },
    "DeadHeaders": {
        "type": "object",
        "description": "Beside those of the command but its token",
        "properties": {name.value: schema for name, schema in _DEAD_HEADERS.items()},
        "required": [*(name.value for name in _DEAD_HEADERS)],
    },
}


def command_channels() -> Schema:
    """The topics of commands, of replies, and of commands that nobody can serve."""
    return {
        "commands": {
            "address": topics.COMMANDS,
            "description": "Commands, each an operation of the bank. Those of one partition are "
            "done one after another. Only the bank should read it, as it holds tokens.",
            "messages": {name: reference("messages", name) for name in SERVED},
            "bindings": {"kafka": {"topic": topics.COMMANDS, "bindingVersion": "0.5.0"}},
        },
        "replies": {
            "address": None,
            "description": "A topic `bank.replies.*` of whoever asks, and of nobody else.",
            "messages": {
                name: reference("messages", name)
                for name in (*map(reply_name, SERVED), PROBLEM_MESSAGE)
            },
        },
        "dead_commands": {
            "address": topics.DEAD_COMMANDS,
            "description": "Commands that nobody could serve, or whose outcome nobody was told. "
            "The value is left out where it is too large, or of an operation that is not served.",
            "messages": {DEAD_MESSAGE: reference("messages", DEAD_MESSAGE)},
        },
    }


def command_operations() -> Schema:
    """Each operation: the bank receives a command and replies."""
    operations = {name: _operation(name, served) for name, served in SERVED.items()}
    bury = {
        "action": "send",
        "channel": {"$ref": "#/channels/dead_commands"},
        "summary": "The bank puts aside what nobody can serve",
    }
    return {**operations, "bury_commands": bury}


def command_messages(references: dict[str, tuple[Schema, Schema]]) -> Schema:
    """The messages; `references` are the schemas of request and response, by operation."""
    messages: Schema = {}
    for name, served in SERVED.items():
        request, response = references[name]
        messages[name] = _command_message(served, request)
        messages[reply_name(name)] = _message(reply_name(name), "ReplyHeaders", response)
    problem = reference("schemas", "Problem")
    messages[PROBLEM_MESSAGE] = {
        **_message(PROBLEM_MESSAGE, "ReplyHeaders", problem),
        "contentType": topics.PROBLEM_TYPE,
        "examples": [
            {"payload": problem_of(errors.NotFound(), "2b9d6a2e8f0c4a579d3e1c6f5b7a9e10")}
        ],
    }
    messages[DEAD_MESSAGE] = _message(DEAD_MESSAGE, "DeadHeaders", {})
    return messages


def reply_name(operation: str) -> str:
    """The name of the message that answers an operation."""
    return f"{operation}.reply"


def _operation(name: str, served: Served) -> Schema:
    replies = (reply_name(name), PROBLEM_MESSAGE)
    return {
        "action": "receive",
        "channel": {"$ref": "#/channels/commands"},
        "summary": _summary(served),
        "messages": [{"$ref": f"#/channels/commands/messages/{name}"}],
        "reply": {
            "address": {"location": f"$message.header#/{CommandHeader.REPLY_TO}"},
            "channel": {"$ref": "#/channels/replies"},
            "messages": [{"$ref": f"#/channels/replies/messages/{reply}"} for reply in replies],
        },
    }


def _command_message(served: Served, request: Schema) -> Schema:
    operation = served.operation
    narrowed: Schema = {
        "properties": {CommandHeader.OPERATION.value: {"const": operation.name}},
    }
    if operation.idempotent:
        narrowed["required"] = [CommandHeader.IDEMPOTENCY_KEY.value]
    return {
        "name": operation.name,
        "summary": _summary(served),
        "headers": {"allOf": [reference("schemas", "CommandHeaders"), narrowed]},
        "correlationId": {"location": f"$message.header#/{CommandHeader.CORRELATION_ID}"},
        "payload": request,
    }


def _message(name: str, headers: str, payload: Schema) -> Schema:
    message: Schema = {"name": name, "headers": reference("schemas", headers)}
    return {**message, "payload": payload} if payload else message


def _summary(served: Served) -> str:
    return (served.operation.run.__doc__ or "").partition("\n")[0].strip()
