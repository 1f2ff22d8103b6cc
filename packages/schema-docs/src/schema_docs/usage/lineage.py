"""The effects of a query: its uses, and those of the functions, triggers and views behind it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from schema_docs.catalog.model import Catalog
from schema_docs.usage.functions import FunctionUses
from schema_docs.usage.uses import TreeUses, Use


class Step(NamedTuple):
    """A function that a query calls, a trigger that it fires, or a view that it reads."""

    kind: Literal["function", "trigger", "view"]
    oid: int


@dataclass(frozen=True)
class Effect:
    """A use, and the steps that lead from the query to it. A use in the query itself has none."""

    use: Use
    path: tuple[Step, ...]


@dataclass(frozen=True)
class Effects:
    """All effects, and each step with the path to it. A step may have no effect."""

    all: tuple[Effect, ...] = ()
    steps: Mapping[Step, tuple[Step, ...]] = field(default_factory=dict[Step, tuple[Step, ...]])


class Lineage:
    """Follows uses through functions, triggers and views."""

    def __init__(
        self,
        catalog: Catalog,
        functions: Mapping[int, FunctionUses],
        views: Mapping[int, TreeUses],
    ) -> None:
        self.catalog = catalog
        self.functions = functions
        self.views = views

    def follow(self, start: TreeUses) -> Effects:
        """All effects of a statement, each by its shortest path: a breadth-first search."""
        found: dict[Use, tuple[Step, ...]] = {}
        steps: dict[Step, tuple[Step, ...]] = {}
        pending: list[tuple[TreeUses, tuple[Step, ...]]] = [(start, ())]
        while pending:
            uses, path = pending.pop(0)
            for use in sorted(uses.uses):
                found.setdefault(use, path)
            for step, next_uses in self._steps(uses):
                if step not in steps:
                    steps[step] = path
                    pending.append((next_uses, (*path, step)))
        return Effects(tuple(Effect(use, path) for use, path in found.items()), steps)

    def _steps(self, uses: TreeUses) -> Iterator[tuple[Step, TreeUses]]:
        for oid in sorted(uses.functions & self.functions.keys()):
            yield Step("function", oid), self.functions[oid].found
        for oid in sorted({use.relation for use in uses.uses} & self.views.keys()):
            yield Step("view", oid), self.views[oid]
        for trigger in self.catalog.triggers:
            if fires(trigger.table, trigger.events, trigger.columns, uses):
                yield Step("trigger", trigger.oid), self.functions[trigger.function].found


def fires(table: int, events: tuple[str, ...], columns: tuple[int, ...], uses: TreeUses) -> bool:
    """Whether the uses fire a trigger with these events and columns of UPDATE OF."""
    return any(
        use.relation == table
        and use.access.upper() in events
        and (use.access != "update" or not columns or use.column in columns)
        for use in uses.uses
    )
