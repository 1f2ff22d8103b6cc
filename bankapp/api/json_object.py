"""A JSON object as every door reads it: no name twice, and not too many values."""

import json
from typing import Any, Final, cast

import pydantic_core

from bankapp.api.problems import PayloadTooLarge
from bankapp.domain import errors, limits


def read_object(body: bytes) -> dict[str, Any]:
    """The members of an object. Raises MalformedRequest, PayloadTooLarge."""
    if len(body) > limits.BODY_BYTES_MAX and _count_values(body) > limits.BODY_VALUE_COUNT_MAX:
        raise PayloadTooLarge("The body holds more values than the bank reads.")
    try:
        data = pydantic_core.from_json(body, allow_inf_nan=False)
        members = cast("dict[str, Any]", data) if isinstance(data, dict) else None
        # from_json accepts repeated names. A text without more colons than names has none.
        if members is not None and body.count(b":") > len(members):
            _STRICT_JSON.decode(body.decode())
    except ValueError as error:
        raise errors.MalformedRequest(f"The body is not JSON: {error}.") from None
    if members is None:
        raise errors.MalformedRequest("The body must be a JSON object.")
    return members


def _count_values(body: bytes) -> int:
    """The approximate number of values in JSON, because many values are slow to read and check."""
    pieces = body.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')
    between_texts = b"".join(pieces[::2])
    return sum(map(between_texts.count, (b",", b"[", b"{")))


def _refuse_repeated_names(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) < len(members):
        raise ValueError("an object has two members of one name")


_STRICT_JSON: Final = json.JSONDecoder(object_pairs_hook=_refuse_repeated_names)
