"""Idempotency keys, under which a request that is sent again is the same request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """The idempotency key of one request.

    `scope` is the user of the request. `request_hash`, of 32 bytes, distinguishes a repetition
    from another request under the same key.
    """

    scope: str
    key: str
    request_hash: bytes
    request_id: str
