"""Random queries: SELECT, set operations, joins, groups, windows and subqueries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from typing import TypeAlias

from generator_tests.random_queries.forms import (
    AGGREGATES,
    COLUMNS,
    FORMS,
    FRAMES,
    GROUPINGS,
    KINDS,
    LIMITS,
    LITERALS,
    SOURCES,
    TABLES,
    TYPES,
    WINDOW_FUNCTIONS,
)

# The name of a column where it can be read, and its type.
Column: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: the columns that it reads.

    `grouped` are the columns that arguments of aggregates read, if there can be aggregates.
    """

    columns: tuple[Column, ...]
    grouped: tuple[Column, ...] | None = None
    has_windows: bool = False


@dataclass(frozen=True)
class Source:
    """Something in FROM. `has_id`: whether it has a column `id`, and but one."""

    sql: str
    columns: tuple[Column, ...]
    has_id: bool = False


class QueryWriter:
    """Writes queries for a version of PostgreSQL, as `random` decides."""

    def __init__(self, random: Random, version: int) -> None:
        self.random = random
        self.version = version
        self._numbers = count(1)
        # The expression that the newest WHERE needs to be non-NULL, and its type.
        self._required: Column = ("", "")

    def query(self, types: Sequence[str], outer: tuple[Column, ...], depth: int) -> str:
        """A SELECT, or several."""
        kind = self.pick(("", "", "", "UNION ALL", "UNION", "INTERSECT ALL", "EXCEPT", "VALUES"))
        if kind == "VALUES":
            rows = (self.row(types, Scope(outer), depth - 1) for _ in range(2))
            return f"VALUES {', '.join(rows)}"
        first = self.select(types, outer, depth)
        if not kind:
            return first
        return f"({first}) {kind} ({self.query(types, outer, depth - 1)})"

    def select(
        self,
        types: Sequence[str],
        outer: tuple[Column, ...],
        depth: int,
        source: Source | None = None,
    ) -> str:
        source, required_around = source or self.source(outer, depth), self._required
        columns = source.columns + ((("id", "integer"),) if source.has_id else ())
        scope = Scope(columns + outer, has_windows=True)
        where = self.where(replace(scope, has_windows=False))
        grouping = having = ""
        if self.number(0, 2) == 0:
            scope, grouping, having = self._grouped(scope, columns)
        row = ", ".join(self.expression(type_, scope, depth) for type_ in types)
        distinct = self.pick(("", "", "", "DISTINCT"))
        tail = f"{grouping} {having} {self.pick(LIMITS)}"
        self._required = required_around
        return f"SELECT {distinct} {row} FROM {source.sql} WHERE {where} {tail}"

    def _grouped(self, scope: Scope, columns: tuple[Column, ...]) -> tuple[Scope, str, str]:
        types = ("integer", "text")
        groups = [self.pick(types) for _ in range(self.number(0, 2))]
        plain = replace(scope, has_windows=False)
        keys = (
            self._keys_of_required()
            if self.coin()
            else [(self.expression(type_, plain, self.number(0, 1)), type_) for type_ in groups]
        )
        # A constant would be the number of a column.
        keys = [(sql, type_) for sql, type_ in keys if sql not in LITERALS[type_]]
        after = Scope(tuple(keys), columns, has_windows=True)
        grouping = ""
        if keys:
            form = self.pick(GROUPINGS[len(keys)])
            grouping = f"GROUP BY {form.format(*(sql for sql, _ in keys))}"
        having = ""
        if self.coin():
            condition = self.expression("boolean", replace(after, has_windows=False), 2)
            having = f"HAVING {condition}"
        return after, grouping, having

    def source(self, outer: tuple[Column, ...], depth: int) -> Source:
        size = self.number(1, max(1, depth))
        return self._joined(size, outer, depth)

    def _joined(self, size: int, outer: tuple[Column, ...], depth: int) -> Source:
        if size <= 1:
            return self._leaf(outer, depth)
        cut, kind = self.number(1, size - 1), self.pick(KINDS)
        left = self._joined(cut, outer, depth - 1)
        is_lateral = kind in ("JOIN", "LEFT JOIN")
        right = self._joined(size - cut, outer + (left.columns if is_lateral else ()), depth - 1)
        columns = left.columns + right.columns
        if left.has_id and right.has_id and self.coin():
            return Source(f"({left.sql} {kind} {right.sql} USING (id))", columns, has_id=True)
        condition = self.expression("boolean", Scope(columns), 2)
        if kind == "FULL JOIN":  # PostgreSQL can do no other
            sides = [
                [sql for sql, type_ in side.columns if type_ == "integer"] or ["1"]
                for side in (left, right)
            ]
            condition = " = ".join(map(self.pick, sides))
        return Source(f"({left.sql} {kind} {right.sql} ON {condition})", columns)

    def _leaf(self, outer: tuple[Column, ...], depth: int) -> Source:
        name = self.name()
        kind = self.number(0, 9) if depth > 0 else 0
        if kind <= 5:
            columns = columns_of(name)
            return Source(f"{self.pick(TABLES)} AS {name}", columns, has_id=True)
        if kind <= 7:
            types = self.types()
            sql = f"LATERAL ({self.query(types, outer, depth - 1)})"
        else:
            known = [source for source in SOURCES if self.version >= source[2]]
            form, types, _ = self.random.choice(known)
            sql = self.expand(form, Scope(outer), 1)
        names = [f"c{number}" for number in range(1, len(types) + 1)]
        columns = tuple((f"{name}.{one}", type_) for one, type_ in zip(names, types, strict=True))
        return Source(f"{sql} AS {name} ({', '.join(names)})", columns)

    def where(self, scope: Scope) -> str:
        """A condition; the expression that it needs can be read again."""
        form = self.pick(("true", "true", "{boolean}", "({integer} > 0)", "({text} <> '')"))
        match form:
            case "true" | "{boolean}":
                self._required = ("", "")
                return self.expand(form, scope, 2)
            case "({integer} > 0)":
                self._required = (self.expression("integer", scope, 2), "integer")
                return f"({self._required[0]} > 0)"
            case _:
                self._required = (self.expression("text", scope, 2), "text")
                return f"({self._required[0]} <> '')"

    def _keys_of_required(self) -> list[Column]:
        """The columns that WHERE needs, but of two types."""
        found = dict.fromkeys(re.findall(r"r\d+\.(?:id|x|y|n|s|k)\b", self._required[0]))
        return [(sql, "text" if sql[-1] in "sk" else "integer") for sql in found][:2]

    def row(self, types: Sequence[str], scope: Scope, depth: int) -> str:
        return f"({', '.join(self.expression(type_, scope, depth) for type_ in types)})"

    def expression(self, type_: str, scope: Scope, depth: int) -> str:
        kind = self.number(0, 9)
        own = [sql for sql, known in scope.columns if known == type_]
        if scope.grouped is not None and kind <= 2 and type_ in AGGREGATES:
            inner = Scope(scope.grouped)
            return self.expand(self.pick(AGGREGATES[type_]), inner, min(depth, 1))
        if scope.has_windows and 3 <= kind <= 4 and type_ in WINDOW_FUNCTIONS:
            inner = replace(scope, has_windows=False)
            return self.expand(self.pick(WINDOW_FUNCTIONS[type_]), inner, 1)
        if kind == 5 and self._required[1] == type_:
            return self._required[0]
        if depth <= 0 or kind <= 5:
            return self.pick((*(own * 3), *LITERALS[type_]))
        return self.expand(self.pick(FORMS[type_]), scope, depth - 1)

    def expand(self, form: str, scope: Scope, depth: int) -> str:
        before = ""

        def part(match: re.Match[str]) -> str:
            nonlocal before
            what = match[1]
            if what.startswith("query of "):
                return self._scalar(what.removeprefix("query of "), scope, depth)
            if what == "over":
                return self._window(scope)
            if what != "again":
                before = self.expression(what, scope, depth)
            return before

        return re.sub(r"\{([a-z ]+)\}", part, form)

    def _scalar(self, type_: str, scope: Scope, depth: int) -> str:
        """A subquery of one column and at most one row."""
        name, kind = self.name(), self.number(0, 2)
        limit, inner = self.pick(LIMITS), columns_of(name)
        if kind == 0 or depth < 0:
            return f"(SELECT {self.expression(type_, Scope(scope.columns), depth)} {limit})"
        table = f"{self.pick(TABLES)} AS {name}"
        if kind == 1 or type_ not in AGGREGATES:
            value = self.expression(type_, Scope(inner + scope.columns), depth)
            return f"(SELECT {value} FROM {table} WHERE {name}.id = 1 {limit})"
        value = self.expand(self.pick(AGGREGATES[type_]), Scope(inner), min(depth, 1))
        return f"(SELECT {value} FROM {table} {limit})"

    def _window(self, scope: Scope) -> str:
        columns = [sql for sql, _ in scope.columns if not sql.startswith("NULL")] or ["1 + 0"]
        by, order = self.pick(columns), f"{self.pick(columns)} {self.pick(('', 'DESC'))}"
        partition = self.pick(("", "", f"PARTITION BY {by}"))
        return f"OVER ({partition} ORDER BY {order} {self.pick(FRAMES)})"

    def types(self) -> tuple[str, ...]:
        return tuple(self.random.choices(TYPES, k=self.number(1, 4)))

    def number(self, least: int, most: int) -> int:
        """A number of that range, both ends included."""
        return self.random.randint(least, most)

    def coin(self) -> bool:
        return self.number(0, 1) == 1

    def pick(self, options: Sequence[str]) -> str:
        return self.random.choice(options)

    def name(self) -> str:
        return f"r{next(self._numbers)}"


def columns_of(name: str) -> tuple[Column, ...]:
    """The columns of a table."""
    return tuple(
        (f"{name}.{column}", type_) for type_, columns in COLUMNS.items() for column in columns
    )
