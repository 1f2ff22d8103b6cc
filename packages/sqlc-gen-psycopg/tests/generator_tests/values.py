"""Values for the parameters of generated methods, and a comparison of results with annotations."""

import datetime
import ipaddress
import types
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from decimal import Decimal
from enum import Enum
from inspect import signature
from types import MappingProxyType
from typing import Any, ClassVar, Final, Union, cast, get_args, get_origin, get_type_hints

import psycopg
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

DAY: Final = datetime.date(2026, 1, 1)
MIDNIGHT: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
# By annotation: the value of the first turn, the second, the third. Rows of `seeds` have the first
# two.
PLAIN_VALUES: Final[Mapping[Any, Sequence[Any]]] = MappingProxyType(
    {
        bool: (True, False),
        int: (1, 2, 77),
        float: (1.0, 2.0, 77.0),
        str: ("a", "b", "77"),
        bytes: (b"\0", b"\1", b"77"),
        Decimal: (Decimal("1.5"), Decimal(2), Decimal(77)),
        uuid.UUID: (uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=77)),
        datetime.date: (DAY, DAY.replace(day=2), DAY.replace(day=7)),
        datetime.time: (datetime.time(1), datetime.time(2), datetime.time(7)),
        datetime.datetime: (MIDNIGHT, MIDNIGHT.replace(day=2), MIDNIGHT.replace(day=7)),
        datetime.timedelta: tuple(map(datetime.timedelta, (1, 2, 77))),
        ipaddress.IPv4Address: (ipaddress.IPv4Address("127.0.0.1"),),
        ipaddress.IPv4Interface: (ipaddress.IPv4Interface("127.0.0.1/32"),),
        ipaddress.IPv4Network: (ipaddress.IPv4Network("10.0.0.0/8"),),
        Any: ({"a": 1}, [1], [{"a": "b"}]),
    }
)


@dataclass
class Findings:
    """What is wrong with the values that came, and where None may be and where it was."""

    wrong: list[str] = field(default_factory=list[str])
    may_be_none: set[str] = field(default_factory=set[str])
    is_none: set[str] = field(default_factory=set[str])

    def check_result(self, result: Any, returned: Any, where: str) -> int:
        """Find what of a method's result is not as annotated; how many rows it has."""
        if isinstance(result, psycopg.Cursor):
            return result.rowcount
        annotation = returned
        rows = list[Any]() if result is None and _may_be_none(returned) else [result]
        if get_origin(returned) in (list, Iterator):
            rows = list(cast("Iterable[Any]", result))
            [annotation] = get_args(returned)
        for row in rows:
            self.check(row, annotation, where)
        return len(rows)

    def check(self, value: Any, annotation: Any, where: str) -> None:
        """Find what of `value` is not as annotated."""
        kinds = _kinds(annotation)
        if types.NoneType in kinds:
            self.may_be_none.add(where)
        if value is None and types.NoneType in kinds:
            self.is_none.add(where)
        elif matching := [kind for kind in kinds if type(value) is (get_origin(kind) or kind)]:
            for part, hint, name in _parts(value, matching[0], where):
                self.check(part, hint, name)
        elif Any not in kinds:
            self.wrong.append(f"{where}: {value!r} is not {annotation}")


@dataclass(frozen=True)
class Arguments:
    """What parameters are given: a value by their name, else None where it may be, or by type."""

    values: Mapping[Any, Sequence[Any]] = field(default_factory=lambda: PLAIN_VALUES)
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    turn: int = 0
    gives_none: bool = False

    def of(self, method: Callable[..., Any]) -> dict[str, Any]:
        """The arguments of a method. Raises LookupError for a type without a value."""
        hints = get_type_hints(method)
        return {key: self.value(hints[key], key) for key in signature(method).parameters}

    def value(self, annotation: Any, name: str = "") -> Any:
        """A value for a parameter, or for a field of one."""
        if name in self.given:
            return self.given[name]
        kind, *_ = kinds = [kind for kind in _kinds(annotation) if kind is not types.NoneType]
        if self.gives_none and _may_be_none(annotation):
            return None
        kind = next((known for known in kinds if known in self.values), kind)
        if kind in self.values:
            choices = self.values[kind]
            return choices[min(self.turn, len(choices) - 1)]
        if hints := row_fields(kind):
            return kind(**{key: self.value(hint, key) for key, hint in hints.items()})
        if isinstance(kind, type) and issubclass(kind, Enum):
            members = list(kind)
            return members[self.turn % len(members)]
        return self._container(kind)

    def _container(self, annotation: Any) -> Any:
        """A list, a range or a multirange of what may be None."""
        if len(get_args(annotation)) != 1:
            raise LookupError(f"no value for {annotation}")
        [element] = get_args(annotation)
        kind = next(kind for kind in _kinds(element) if kind is not types.NoneType)
        value = self.value(kind)
        if get_origin(annotation) is Range:
            return Range(value, None)
        return Multirange([Range(value, None)]) if get_origin(annotation) is Multirange else [value]


def shown(annotation: Any) -> str:
    """An annotation without the modules of its names: `list[Mood | None]`."""
    if annotation is types.NoneType:
        return "None"
    if _is_union(annotation):
        return " | ".join(map(shown, get_args(annotation)))
    name = getattr(get_origin(annotation) or annotation, "__name__", str(annotation))
    inner = ", ".join(map(shown, get_args(annotation)))
    return f"{name}[{inner}]" if inner else name


def row_fields(annotation: Any) -> dict[str, Any]:
    """The annotations of the fields of a row, a model or a composite; of any other type none."""
    is_row = is_dataclass(annotation) or any(
        hasattr(annotation, known)
        for known in ("__attrs_attrs__", "__pydantic_fields__", "__struct_fields__", "_fields")
    )
    if not isinstance(annotation, type) or not is_row:
        return {}
    hints = get_type_hints(annotation).items()
    return {
        name: hint
        for name, hint in hints
        if get_origin(hint) is not ClassVar and hint is not ClassVar and not name.startswith("__")
    }


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _kinds(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if _is_union(annotation) else (annotation,)


def _may_be_none(annotation: Any) -> bool:
    return types.NoneType in _kinds(annotation)


def _parts(value: Any, annotation: Any, where: str) -> Iterator[tuple[Any, Any, str]]:
    """What is in a value, how that is annotated, and what to call it."""
    for name, hint in row_fields(annotation).items():
        owner = type(value).__name__ if type(value).__module__.endswith(".models") else where
        yield getattr(value, name), hint, f"{owner}.{name}"
    kind = get_origin(annotation)
    for element in get_args(annotation):
        if kind is Range:
            yield from ((end, element | None, f"{where}[]") for end in (value.lower, value.upper))
        else:
            hint = types.GenericAlias(Range, (element,)) if kind is Multirange else element
            yield from ((part, hint, f"{where}[]") for part in value)
