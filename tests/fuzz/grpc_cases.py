"""Requests made up from the descriptors of the gRPC door."""

from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from bankapp.api.grpc.descriptors import messages_of
from bankapp.api.grpc.methods import SERVED, Method
from tests.fuzz.actors import ROLES

# These end what the other cases need: the sessions, and the accounts of the people.
_OMITTED: Final = {
    "log_out",
    "end_session",
    "end_sessions",
    "block_user",
    "change_role",
    "confirm_password_reset",
}
METHODS: Final = tuple(method for method in SERVED if method.operation.name not in _OMITTED)
_TIMES: Final = ("2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z")
_TEXTS: Final = ("USD", "EUR", "alice", "2026-11", "2026-11-27", "1-1", "last", "", "\0", "é" * 300)
_NUMBERS: Final = (0, 1, 2, 3, 100, -1, 2**31, 2**53, 2**63 - 1, -(2**63))


@dataclass(frozen=True)
class Case:
    """A request: who sends what to which method, under which key. `content` is no message."""

    method: Method
    role: str
    fields: dict[str, Any]
    content: bytes | None
    key: str


def cases() -> st.SearchStrategy[Case]:
    """Requests to every method: half of them plain, and others with whatever can be wrong."""
    return st.tuples(st.sampled_from(METHODS), st.booleans()).flatmap(
        lambda chosen: _plain(chosen[0]) if chosen[1] else _odd(chosen[0])
    )


def _plain(method: Method) -> st.SearchStrategy[Case]:
    descriptor = messages_of(method)[0]
    required = {one.name: _values(one) for one in descriptor.fields if not one.has_presence}
    fields, key = st.fixed_dictionaries(required), st.uuids().map(str)
    role = st.sampled_from(ROLES[1:])
    return st.builds(Case, st.just(method), role, fields, st.none(), key)


def _odd(method: Method) -> st.SearchStrategy[Case]:
    fields = st.builds(_with_unknown, _fields(messages_of(method)[0]), st.integers(0, 9))
    content = st.integers(0, 9).flatmap(lambda one: st.binary() if one == 0 else st.none())
    key = st.just("k") | st.uuids().map(str) | st.text("ab é\x7f", max_size=3)
    return st.builds(Case, st.just(method), st.sampled_from(ROLES), fields, content, key)


def _with_unknown(fields: dict[str, Any], one: int) -> dict[str, Any]:
    """The fields, now and then with one that nobody knows."""
    return {**fields, "nickname": "x"} if one == 0 else fields


def _fields(descriptor: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Most fields that are required, and some of the others."""
    required = {one.name: _values(one) for one in descriptor.fields if not one.has_presence}
    others = {one.name: _values(one) for one in descriptor.fields if one.has_presence}
    return st.integers(0, 9).flatmap(
        lambda one: st.fixed_dictionaries(
            {} if one == 0 else required, optional={**others, **required} if one == 0 else others
        )
    )


def _values(field: Any) -> st.SearchStrategy[Any]:
    one = _single(field)
    return st.lists(one, max_size=5) if field.is_repeated else one


def _single(field: Any) -> st.SearchStrategy[Any]:
    if field.enum_type is not None:
        prefix = field.enum_type.values_by_number[0].name.removesuffix("UNSPECIFIED")
        labels = [value.name.removeprefix(prefix).lower() for value in field.enum_type.values]
        return st.sampled_from([*labels, "of no such name"])
    if field.message_type is not None:
        return _submessage(field.message_type)
    if field.type == field.TYPE_BOOL:
        return st.booleans()
    if field.type == field.TYPE_STRING:
        return st.sampled_from(_TEXTS) | st.text(
            st.characters(exclude_categories=["Cs"]), max_size=30
        )
    return st.sampled_from(_NUMBERS) | st.integers(-(2**63), 2**63 - 1)


def _submessage(descriptor: Any) -> st.SearchStrategy[Any]:
    if descriptor.name == "Timestamp":
        return st.sampled_from(_TIMES)
    if descriptor.name == "StringList":
        return st.lists(st.sampled_from(["transfer.posted", "account.frozen", "x"]), max_size=3)
    return _fields(descriptor)
