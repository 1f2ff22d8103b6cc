"""The pictures of the site: the whole schema, and each table with its neighbours."""

import re
from collections.abc import Collection
from typing import Final

from schema_docs.catalog.model import Column, Relation
from schema_docs.site.links import Links
from schema_docs.site.objects import BOOKKEEPING, Objects
from schema_docs.site.picture import Box, Line, Picture, PlacedPicture, Row, place

_SHORT: Final = (
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
    ("character varying", "varchar"),
    ("double precision", "float8"),
)
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{3,8}")
_TYPE_LENGTH_MAX: Final = 24


def draw_pictures(objects: Objects, links: Links) -> tuple[PlacedPicture, dict[int, PlacedPicture]]:
    """The picture of the whole schema, and those of the tables by their oids."""
    shown = [one for one in objects.catalog.relations if one.name not in BOOKKEEPING]
    pictures = [_picture(objects, links, {one.oid for one in shown}, None)]
    pictures += [
        _picture(objects, links, _neighbours(objects, one), one)
        for one in objects.catalog.relations
    ]
    whole, *parts = place(pictures)
    relations = objects.catalog.relations
    return whole, {one.oid: part for one, part in zip(relations, parts, strict=True)}


def _neighbours(objects: Objects, relation: Relation) -> set[int]:
    keys = [one for one in objects.foreign_keys() if relation.oid in (one.table, one.foreign_table)]
    return {relation.oid, *(oid for one in keys for oid in (one.table, one.foreign_table))}


def _picture(
    objects: Objects, links: Links, shown: Collection[int], subject: Relation | None
) -> Picture:
    boxes = tuple(
        _box(objects, links, one, subject)
        for _, found in objects.groups
        for one in found
        if one.oid in shown
    )
    lines = [
        Line(
            key,
            _row_number(objects, objects.columns[key.foreign_table, foreign]),
            _row_number(objects, objects.columns[key.table, number]),
            any(objects.columns[key.table, one].is_nullable for one in key.columns),
            _is_unique(objects, key.table, key.columns),
        )
        for key in objects.foreign_keys()
        if {key.table, key.foreign_table} <= set(shown)
        and (subject is None or subject.oid in (key.table, key.foreign_table))
        for number, foreign in zip(key.columns, key.foreign_columns, strict=True)
    ]
    title = "The whole schema" if subject is None else f"{objects.name(subject)} and its neighbours"
    return Picture(boxes, tuple(lines), title)


def _box(objects: Objects, links: Links, relation: Relation, subject: Relation | None) -> Box:
    group = objects.group_of(relation)
    color = group.color if group and group.color and _COLOR.fullmatch(group.color) else None
    rows = tuple(
        Row(one.name, _short(one), links.column(one).url, objects.is_in_key(one))
        for one in objects.columns_of(relation)
    )
    return Box(
        relation.oid,
        objects.name(relation),
        links.relation(relation).url,
        rows,
        group=group.name if group and subject is None else None,
        color=color,
        is_subject=relation == subject,
    )


def _row_number(objects: Objects, column: Column) -> int:
    return objects.columns_of(objects.relations[column.table]).index(column)


def _short(column: Column) -> str:
    text = column.type
    for long, short in _SHORT:
        text = text.replace(long, short)
    cut = text if len(text) <= _TYPE_LENGTH_MAX else f"{text[: _TYPE_LENGTH_MAX - 1]}…"
    return f"{cut}?" if column.is_nullable else cut


def _is_unique(objects: Objects, table: int, columns: tuple[int, ...]) -> bool:
    return any(
        one.table == table and one.is_unique and one.columns and set(one.columns) <= set(columns)
        for one in objects.catalog.indexes
    )
