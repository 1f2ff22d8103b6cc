"""Pictures of tables and the foreign keys between them, placed by ELK."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schema_docs.catalog.model import Constraint
from schema_docs.tools import run_node

CHARACTER: Final = 7.3  # px, of the widest common monospaced face at 12 px
ROW: Final = 20
HEAD: Final = 28
PADDING: Final = 10
_OPTIONS: Final = {
    "elk.algorithm": "layered",
    "elk.direction": "RIGHT",
    "elk.hierarchyHandling": "INCLUDE_CHILDREN",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.json.edgeCoords": "ROOT",
    "elk.json.shapeCoords": "ROOT",
    "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
    "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    "elk.layered.spacing.edgeNodeBetweenLayers": "30",
    "elk.layered.spacing.nodeNodeBetweenLayers": "70",
    "elk.padding": "[top=12,left=12,bottom=12,right=12]",
    "elk.spacing.componentComponent": "40",
    "elk.spacing.edgeEdge": "14",
    "elk.spacing.nodeNode": "32",
}
# A group inherits none of the spacings.
_GROUP_OPTIONS: Final = {
    **{name: value for name, value in _OPTIONS.items() if "pacing" in name},
    "elk.padding": "[top=40,left=18,bottom=18,right=18]",
}


@dataclass(frozen=True)
class Row:
    """A column in a box."""

    name: str
    type: str
    url: str
    is_key: bool


@dataclass(frozen=True)
class Box:
    """A table in a picture; `group` is the frame around it, `color` that of its group."""

    oid: int
    name: str
    url: str
    rows: tuple[Row, ...]
    group: str | None = None
    color: str | None = None
    is_subject: bool = False

    @property
    def width(self) -> float:
        longest = max((len(row.name) + len(row.type) + 3 for row in self.rows), default=0)
        return round(max(longest, len(self.name) + 2, 14) * CHARACTER + 2 * PADDING, 1)

    @property
    def height(self) -> int:
        return HEAD + ROW * len(self.rows)


@dataclass(frozen=True)
class Line:
    """A line of a foreign key: from the referenced column to the referencing one."""

    key: Constraint
    parent_row: int
    child_row: int
    is_optional: bool
    is_unique: bool


@dataclass(frozen=True)
class Picture:
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    title: str

    def graph(self) -> dict[str, Any]:
        """The input of ELK."""
        groups: dict[str, list[dict[str, Any]]] = {}
        free: list[dict[str, Any]] = []
        for box in self.boxes:
            place = free if box.group is None else groups.setdefault(box.group, [])
            place.append(self._node(box))
        children = [
            {"id": f"group {name}", "children": nodes, "layoutOptions": _GROUP_OPTIONS}
            for name, nodes in groups.items()
        ]
        edges = [
            {
                "id": str(number),
                "sources": [f"{line.key.foreign_table} out {line.parent_row}"],
                "targets": [f"{line.key.table} in {line.child_row}"],
            }
            for number, line in enumerate(self.lines)
        ]
        children += free
        return {"id": "root", "layoutOptions": _OPTIONS, "children": children, "edges": edges}

    def _node(self, box: Box) -> dict[str, Any]:
        outgoing = {line.parent_row for line in self.lines if line.key.foreign_table == box.oid}
        incoming = {line.child_row for line in self.lines if line.key.table == box.oid}
        ends = [("out", "EAST", box.width, row) for row in sorted(outgoing)]
        ends += [("in", "WEST", 0.0, row) for row in sorted(incoming)]
        return {
            "id": str(box.oid),
            "width": box.width,
            "height": box.height,
            "layoutOptions": {"elk.portConstraints": "FIXED_POS"},
            "ports": [
                {
                    "id": f"{box.oid} {direction} {row}",
                    "x": x,
                    "y": HEAD + ROW * row + ROW / 2,
                    "layoutOptions": {"elk.port.side": side},
                }
                for direction, side, x, row in ends
            ],
        }


@dataclass(frozen=True)
class Frame:
    """A rectangle on a picture; `label` is the name of a group."""

    x: float
    y: float
    width: float
    height: float
    label: str = ""
    color: str | None = None


@dataclass(frozen=True)
class PlacedPicture:
    """A picture with coordinates, for the template."""

    picture: Picture
    width: float
    height: float
    frames: tuple[Frame, ...]
    boxes: tuple[tuple[Box, float, float], ...]
    lines: tuple[tuple[Line, str, str], ...]


def place(pictures: Sequence[Picture]) -> list[PlacedPicture]:
    """Give the boxes and lines of the pictures their coordinates."""
    placed = run_node("layout.mjs", json.dumps([picture.graph() for picture in pictures]))
    return [_placed(picture, graph) for picture, graph in zip(pictures, placed, strict=True)]


def _placed(picture: Picture, graph: Mapping[str, Any]) -> PlacedPicture:
    boxes = {str(box.oid): box for box in picture.boxes}
    colors = {box.group: box.color for box in picture.boxes}
    groups = [node for node in graph["children"] if node["id"] not in boxes]
    nodes = [node for node in graph["children"] if node["id"] in boxes]
    nodes += [node for group in groups for node in group["children"]]
    frames = [_frame(group, colors) for group in groups]
    paths = {edge["id"]: _points(edge) for edge in graph.get("edges", [])}
    lines = [
        (line, _path(paths[str(number)]), _ends(line, paths[str(number)]))
        for number, line in enumerate(picture.lines)
    ]
    return PlacedPicture(
        picture,
        round(graph["width"], 1),
        round(graph["height"], 1),
        tuple(frames),
        tuple((boxes[node["id"]], round(node["x"], 1), round(node["y"], 1)) for node in nodes),
        tuple(lines),
    )


def _frame(group: Mapping[str, Any], colors: Mapping[str | None, str | None]) -> Frame:
    name = group["id"].removeprefix("group ")
    x, y, width, height = (round(group[side], 1) for side in ("x", "y", "width", "height"))
    return Frame(x, y, width, height, name, colors[name])


def _points(edge: Mapping[str, Any]) -> list[tuple[float, float]]:
    [section] = edge["sections"]
    points = [section["startPoint"], *section.get("bendPoints", []), section["endPoint"]]
    return [(round(point["x"], 1), round(point["y"], 1)) for point in points]


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in points)


def _ends(line: Line, points: Sequence[tuple[float, float]]) -> str:
    """The crow's feet: at each end of a line, the number of rows that may match."""
    (x, y), (end_x, end_y) = points[0], points[-1]
    start = _bar(x + 6, y) + (_circle(x + 13, y) if line.is_optional else _bar(x + 10, y))
    if line.is_unique:
        return start + _bar(end_x - 6, end_y) + _circle(end_x - 13, end_y)
    toes = [f"M{end_x - 11:g} {end_y:g}L{end_x:g} {end_y + side:g}" for side in (-6, 6)]
    return start + "".join(toes) + _circle(end_x - 15, end_y)


def _bar(x: float, y: float) -> str:
    return f"M{x:g} {y - 5:g}v10"


def _circle(x: float, y: float) -> str:
    return f"M{x - 4:g} {y:g}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0"
