"""The joins of FROM that can make columns NULL, after the query's conditions are considered."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from sqlc_gen_psycopg.database.requirements import Items, Requirements
from sqlc_gen_psycopg.pg_trees import JoinType, Node

Side: TypeAlias = Literal["left", "right"]

_NULLS_LEFT = frozenset({JoinType.FULL, JoinType.RIGHT})
_NULLS_RIGHT = frozenset({JoinType.LEFT, JoinType.FULL})


class Joins:
    """The joins of one query.

    `nonnull` are the columns, by index of the range table and number, that are non-NULL in every
    row unless a join nulls them afterwards; `items` the expressions that are non-NULL in every row.
    A condition that needs a column of an outer join's nullable side makes it an inner join, which
    makes its own condition hold, and so on: until nothing changes.
    """

    def __init__(
        self,
        query: Node,
        requirements: Requirements,
        is_always_one_row: Callable[[int], bool],
    ) -> None:
        self._requirements = requirements
        self._is_always_one_row = is_always_one_row
        self._sides: dict[int, dict[int, Side]] = {}
        self._nulled: set[tuple[int, Side]] = set()
        self.nonnull: set[tuple[int, int]] = set()
        self.items: dict[str, Node] = {}
        tree = query.child("jointree")
        self._add_sides(tree)
        before, now = (-1, -1, -1), (0, 0, 0)
        while before != now:
            self._require(tree, is_certain=True)
            before, now = now, (len(self._nulled), len(self.nonnull), len(self.items))

    def nulls(self, join: int, variable: int) -> bool:
        """Whether the join can make columns of that range table entry NULL."""
        if join not in self._sides:
            return False
        side = self._sides[join].get(variable)
        return side is None or (join, side) in self._nulled

    def matched_by(self, items: Items) -> frozenset[tuple[int, int]]:
        """Pairs of a join and an entry that it does not null where the items are non-NULL."""
        return frozenset(
            (join, member)
            for node in items.values()
            if _is_own_variable(node)
            for join in node.members("varnullingrels")
            for member, side in self._sides.get(join, {}).items()
            if side == self._sides[join].get(node.number("varno"))
        )

    def members_of(self, join: int) -> frozenset[tuple[int, int]]:
        """Pairs of the join and each entry that it joins."""
        return frozenset((join, member) for member in self._sides.get(join, {}))

    def _add_sides(self, item: Node) -> list[int]:
        """Record the side of each entry in each join; returns the entries of the item."""
        match item.kind:
            case "RANGETBLREF":
                return [item.number("rtindex")]
            case "JOINEXPR":
                left = self._add_sides(item.child("larg"))
                right = self._add_sides(item.child("rarg"))
                join, kind = item.number("rtindex"), item.number("jointype")
                self._sides[join] = {
                    **dict.fromkeys(left, "left"),
                    **dict.fromkeys(right, "right"),
                }
                if kind in _NULLS_LEFT:
                    self._nulled.add((join, "left"))
                if kind in _NULLS_RIGHT and not self._always_matches(item):
                    self._nulled.add((join, "right"))
                return [*left, *right, join]
            case _:
                return [member for one in item.nodes("fromlist") for member in self._add_sides(one)]

    def _always_matches(self, join: Node) -> bool:
        """Whether it is `LEFT JOIN (<one row>) ON true`."""
        condition, right = join.node("quals"), join.child("rarg")
        return (
            join.number("jointype") == JoinType.LEFT
            and (
                condition is None
                or (condition.kind == "CONST" and any(condition.bytes("constvalue")))
            )
            and right.kind == "RANGETBLREF"
            and self._is_always_one_row(right.number("rtindex"))
        )

    def _require(self, item: Node, *, is_certain: bool) -> None:
        """Learn from the conditions. `is_certain`: no join above nulls the item's rows."""
        if item.kind == "FROMEXPR":
            for one in item.nodes("fromlist"):
                self._require(one, is_certain=is_certain)
            self._learn(self._requirements.of_true(item.node("quals")), None, is_certain=is_certain)
        elif item.kind == "JOINEXPR":
            join = item.number("rtindex")
            keeps_left = (join, "left") not in self._nulled
            keeps_right = (join, "right") not in self._nulled
            self._require(item.child("larg"), is_certain=is_certain and keeps_left)
            self._require(item.child("rarg"), is_certain=is_certain and keeps_right)
            # Where a side is not nulled, the condition holds if the other never is.
            sides = self._sides[join]
            members = {
                member
                for member, side in sides.items()
                if (keeps_right if side == "left" else keeps_left)
            }
            items = self._requirements.of_true(item.node("quals"))
            self._learn(items, members, is_certain=is_certain and keeps_left and keeps_right)

    def _learn(self, items: Items, members: set[int] | None, *, is_certain: bool) -> None:
        for key, node in items.items():
            if is_certain:
                self.items[key] = node
            if not _is_own_variable(node):
                continue
            variable = node.number("varno")
            if members is not None and variable not in members:
                continue
            self.nonnull.add((variable, node.number("varattno")))
            for join in node.members("varnullingrels"):
                if side := self._sides.get(join, {}).get(variable):
                    self._nulled.discard((join, side))


def _is_own_variable(node: Node) -> bool:
    return node.kind == "VAR" and node.number("varlevelsup") == 0
