"""The table of the Kafka door: the operations that it serves, and those that it does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bankapp.domain import limits
from bankapp.operations.catalog import OPERATIONS
from bankapp.operations.events import feed, webhooks
from bankapp.operations.identity import sessions, users
from bankapp.operations.ledger import batches
from bankapp.operations.operation import Operation

# A topic keeps what was sent for as long as its retention, and everyone who may read it sees it.
_PUBLIC: Final = "it is for visitors without a token, and may take a password or a code"
_ADDRESS: Final = "it is limited by network address, which is not known here"
_SESSIONS: Final = "sessions are opened and ended over HTTP"
_SECRET: Final = "its answer holds a secret"


@dataclass(frozen=True, slots=True)
class Served:
    """An operation, and how many bytes the value of its command may have."""

    operation: Operation
    value_bytes_max: int = limits.BODY_BYTES_MAX


# The operations that are not served, by name, and the reasons.
LEFT_OUT: Final[Mapping[str, str]] = {
    **{operation.name: _PUBLIC for operation in OPERATIONS if operation.role is None},
    **{
        operation.name: _ADDRESS
        for operation in OPERATIONS
        if operation.role is not None and any("address" in limit.by for limit in operation.limits)
    },
    users.change_user.name: "it takes passwords",
    sessions.log_out.name: _SESSIONS,
    sessions.list_sessions.name: _SESSIONS,
    sessions.end_session.name: _SESSIONS,
    sessions.end_sessions.name: _SESSIONS,
    feed.list_events.name: "it waits for events, which have a topic of their own",
    webhooks.create_webhook.name: _SECRET,
    webhooks.rotate_webhook_secret.name: _SECRET,
}
_LARGE: Final = {batches.create_batch.name: limits.BATCH_BYTES_MAX}
SERVED: Final[Mapping[str, Served]] = {
    operation.name: Served(operation, _LARGE.get(operation.name, limits.BODY_BYTES_MAX))
    for operation in OPERATIONS
    if operation.name not in LEFT_OUT
}
