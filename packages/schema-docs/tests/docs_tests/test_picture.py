"""The pictures: each shows every table once, no two overlap, and every foreign key has its line."""

from itertools import combinations

import pytest

from schema_docs.site.links import Links
from schema_docs.site.objects import Objects
from schema_docs.site.picture import Box, PlacedPicture
from schema_docs.site.pictures import draw_pictures

Pictures = tuple[PlacedPicture, dict[int, PlacedPicture]]


@pytest.fixture(scope="module")
def pictures(objects: Objects, links: Links) -> Pictures:
    return draw_pictures(objects, links)


def overlap(one: tuple[Box, float, float], other: tuple[Box, float, float]) -> bool:
    (a, a_x, a_y), (b, b_x, b_y) = one, other
    return (
        a_x < b_x + b.width
        and b_x < a_x + a.width
        and a_y < b_y + b.height
        and b_y < a_y + a.height
    )


def test_the_whole_shows_every_table(pictures: Pictures) -> None:
    whole, _ = pictures
    names = {box.name for box, _, _ in whole.boxes}
    assert names == {"customers", "orders", "stock.items", "unpaid_orders"}
    assert {frame.label for frame in whole.frames} == {"people", "goods"}
    assert {line.key.name for line, _, _ in whole.lines} == {
        "customers_referred_by_fkey",
        "orders_customer_id_fkey",
        "orders_item_code_fkey",
    }


def test_boxes_stand_apart_and_inside(pictures: Pictures) -> None:
    whole, parts = pictures
    for picture in (whole, *parts.values()):
        assert not any(overlap(*pair) for pair in combinations(picture.boxes, 2))
        for box, x, y in picture.boxes:
            assert x >= 0
            assert y >= 0
            assert x + box.width <= picture.width
            assert y + box.height <= picture.height


def test_a_table_is_shown_with_its_neighbours(objects: Objects, pictures: Pictures) -> None:
    _, parts = pictures
    names = {
        objects.name(objects.relations[oid]): {box.name for box, _, _ in picture.boxes}
        for oid, picture in parts.items()
    }
    assert names["orders"] == {"customers", "orders", "stock.items"}
    assert names["stock.items"] == {"orders", "stock.items"}
    assert names["unpaid_orders"] == {"unpaid_orders"}


def test_a_line_goes_from_column_to_column(pictures: Pictures) -> None:
    whole, _ = pictures
    places = {box.oid: (box, x, y) for box, x, y in whole.boxes}
    for line, path, _ in whole.lines:
        points = path.removeprefix("M").split(" L")
        start = tuple(map(float, points[0].split()))
        end = tuple(map(float, points[-1].split()))
        parent, parent_x, parent_y = places[line.key.foreign_table]
        _, child_x, child_y = places[line.key.table]
        row = (parent_x + parent.width, parent_y + 38 + 20 * line.parent_row)
        assert start == pytest.approx(row, abs=0.2)
        assert end == pytest.approx((child_x, child_y + 38 + 20 * line.child_row), abs=0.2)
