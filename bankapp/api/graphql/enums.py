"""The enums of the schema, from those of the bank and from its literals."""

from collections.abc import Sequence
from enum import Enum
from typing import Final, Literal, get_args, get_origin

from graphql import GraphQLEnumType, GraphQLEnumValue

from bankapp.api.graphql.names import enum_value
from bankapp.operations.events.declared import MODELS

_EVENT: Final = "EventType"


class Enums:
    """Makes each enum once."""

    def __init__(self) -> None:
        self._known: dict[str, GraphQLEnumType] = {}

    def find(self, annotation: object, fallback_name: str) -> GraphQLEnumType | None:
        """The enum of a type hint, with this name if the hint has none; None for another hint."""
        if isinstance(annotation, type) and issubclass(annotation, Enum):
            return self._make(annotation.__name__, [str(one.value) for one in annotation])
        if get_origin(annotation) is not Literal:
            return None
        values = get_args(annotation)
        if MODELS.keys() >= set(values):  # of an event, which has one of the types
            return self._make(_EVENT, [*MODELS])
        return self._make(fallback_name, values)

    def _make(self, name: str, values: Sequence[str]) -> GraphQLEnumType:
        if name not in self._known:
            self._known[name] = GraphQLEnumType(
                name, {enum_value(value): GraphQLEnumValue(value) for value in values}
            )
        known = self._known[name]
        assert {one.value for one in known.values.values()} == set(values), f"two enums {name}"
        return known
