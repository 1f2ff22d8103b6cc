"""What a query sets in motion: its own uses, and those of the functions and triggers it starts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from schema_docs.catalog.model import Catalog
from schema_docs.usage.functions import FunctionUses
from schema_docs.usage.uses import TreeUses, Use


class Step(NamedTuple):
    """What stands between a query and a use: a function it calls, a trigger it fires, a view."""

    kind: Literal["function", "trigger", "view"]
    oid: int


@dataclass(frozen=True)
class Reached:
    """A use, and the way to it; none for what the query does itself."""

    use: Use
    way: tuple[Step, ...]


@dataclass(frozen=True)
class Followed:
    """All uses, and all steps with what stands before each; a step may use nothing."""

    reached: tuple[Reached, ...] = ()
    steps: Mapping[Step, tuple[Step, ...]] = field(default_factory=dict[Step, tuple[Step, ...]])


class Reach:
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

    def follow(self, start: TreeUses) -> Followed:
        """Everything reached, by its shortest way."""
        found: dict[Use, tuple[Step, ...]] = {}
        ways: dict[Step, tuple[Step, ...]] = {}
        pending: list[tuple[TreeUses, tuple[Step, ...]]] = [(start, ())]
        while pending:
            uses, way = pending.pop(0)
            for use in sorted(uses.uses):
                found.setdefault(use, way)
            for step, reached in self._steps(uses):
                if step not in ways:
                    ways[step] = way
                    pending.append((reached, (*way, step)))
        return Followed(tuple(Reached(use, way) for use, way in found.items()), ways)

    def _steps(self, uses: TreeUses) -> Iterator[tuple[Step, TreeUses]]:
        for oid in sorted(uses.functions & self.functions.keys()):
            yield Step("function", oid), self.functions[oid].found
        for oid in sorted({use.relation for use in uses.uses} & self.views.keys()):
            yield Step("view", oid), self.views[oid]
        for trigger in self.catalog.triggers:
            if fires(trigger.table, trigger.events, trigger.columns, uses):
                yield Step("trigger", trigger.oid), self.functions[trigger.function].found


def fires(table: int, events: tuple[str, ...], columns: tuple[int, ...], uses: TreeUses) -> bool:
    """Whether a trigger with these events and columns of UPDATE OF is fired by the uses."""
    return any(
        use.relation == table
        and use.how.upper() in events
        and (use.how != "update" or not columns or use.column in columns)
        for use in uses.uses
    )
