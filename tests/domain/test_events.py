"""The catalogue of events: complete, documented, with stable names and without secrets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel

from bankapp.domain.events import EVENTS, LEDGER_EVENTS, Event, UserEvent
from bankapp.operations.events.declared import DECLARED, INTERNAL

ALL = (*LEDGER_EVENTS, *EVENTS)
SECRETS = {"password", "hash", "hashed", "token", "code", "secret", "key"}


def fields_of(data: type[Any], path: str = "") -> Iterator[tuple[str, object]]:
    """The fields of a dataclass and of the dataclasses in it, each with its type."""
    assert is_dataclass(data)
    for name, hint in get_type_hints(data).items():
        if name not in {field.name for field in fields(data)}:
            continue
        yield f"{path}{name}", hint
        if is_dataclass(hint):
            assert isinstance(hint, type)
            yield from fields_of(hint, f"{path}{name}.")


def secrets_of(event: type[Any]) -> list[str]:
    """The fields that could hold a secret, by their names or because they are bytes."""
    return [
        name
        for name, hint in fields_of(event)
        if hint is bytes or SECRETS & set(re.split(r"[._]", name))
    ]


def subclasses_of(parent: type[Any]) -> Iterator[type[Any]]:
    for child in parent.__subclasses__():
        yield child
        yield from subclasses_of(child)


def test_the_catalogue_lists_every_event() -> None:
    # By name: a dataclass with slots is a second class, and the first one may be there still.
    declared = {
        f"{event.__module__}.{event.__name__}"
        for event in subclasses_of(Event)
        if hasattr(event, "name") and event.__module__.startswith("bankapp.")
    }
    assert sorted(f"{event.__module__}.{event.__name__}" for event in ALL) == sorted(declared)


def test_names_are_unique() -> None:
    assert len({event.name for event in ALL}) == len(ALL)
    for event in ALL:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", event.name)


@pytest.mark.parametrize("event", ALL)
def test_an_event_is_documented(event: type[Event]) -> None:
    assert re.fullmatch(r"[A-Z].*\.", event.meaning())


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_holds_no_secret(event: type[Event]) -> None:
    assert secrets_of(event) == []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Credentials:
    hashed_password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _UserLeaked(UserEvent):
    credentials: _Credentials
    salt: bytes
    reset_code: str


def test_a_secret_in_an_event_is_found() -> None:
    assert secrets_of(_UserLeaked) == ["credentials.hashed_password", "salt", "reset_code"]


def test_readers_are_told_of_every_event_or_there_is_a_reason() -> None:
    assert {*DECLARED, *INTERNAL} == set(ALL)
    assert not DECLARED.keys() & INTERNAL.keys()
    assert all(reason.endswith(".") for reason in INTERNAL.values())


@pytest.mark.parametrize("content", sorted(set(DECLARED.values()), key=str))
def test_what_readers_are_told_holds_no_secret(content: type[BaseModel]) -> None:
    names = [part for name in content.model_fields for part in name.split("_")]
    assert not SECRETS & set(names)
    assert not {"email", "address", "full"} & set(names)
