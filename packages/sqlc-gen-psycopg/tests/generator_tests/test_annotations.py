"""What the comments of a query tell the generator."""

import pytest

from generator_tests.requests import column, query
from sqlc_gen_psycopg.annotations import Annotations, apply_marks, parse_comments
from sqlc_gen_psycopg.errors import GeneratorError

NOTHING = Annotations(description="", nullable=frozenset(), notnull=frozenset(), is_required=False)


def test_no_comment_says_nothing() -> None:
    assert parse_comments([]) == NOTHING


def test_annotations_and_prose_are_told_apart() -> None:
    assert parse_comments(
        [" First line", " @notnull a b", " second line.", "@nullable c", "", " Next.", "@required"]
    ) == Annotations(
        description="First line\nsecond line.\n\nNext.",
        nullable=frozenset({"c"}),
        notnull=frozenset({"a", "b"}),
        is_required=True,
    )


def test_repeated_annotations_add_up() -> None:
    assert parse_comments(["@notnull a", "@notnull b"]).notnull == {"a", "b"}


@pytest.mark.parametrize(
    "comment",
    [
        pytest.param("write to bank@example.com", id="an at sign inside a line"),
        pytest.param("@sqlc-vet-disable", id="an annotation of sqlc itself"),
    ],
)
def test_prose(comment: str) -> None:
    assert parse_comments([f" {comment}"]).description == comment


@pytest.mark.parametrize(
    "comment",
    [
        pytest.param("@notnul a", id="misspelled"),
        pytest.param("@notnull", id="names no column to be not null"),
        pytest.param("@nullable", id="names no column to be nullable"),
        pytest.param("@required a", id="names a column where none is wanted"),
    ],
)
def test_wrong_annotation_is_refused(comment: str) -> None:
    with pytest.raises(GeneratorError, match=f"annotation '{comment}'"):
        parse_comments([f" {comment} "])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("x", ("x", 1, False, False), id="nothing"),
        pytest.param("x?", ("x", 1, True, False), id="nullable"),
        pytest.param("x!", ("x", 1, False, True), id="not null"),
        pytest.param("x[][]", ("x", 2, False, False), id="dimensions"),
        pytest.param("x[][][]!", ("x", 3, False, True), id="both"),
        pytest.param("a[0]", ("a[0]", 1, False, False), id="only a name"),
        pytest.param("what? now", ("what? now", 1, False, False), id="inside"),
    ],
)
def test_marks_at_a_name(name: str, expected: tuple[str, int, bool, bool]) -> None:
    asked = query(columns=[column(name, dims=1)])
    marked, annotations = apply_marks(asked, parse_comments([]))
    [found] = marked.columns
    assert expected == (
        found.name,
        found.array_dims,
        found.name in annotations.nullable,
        found.name in annotations.notnull,
    )


def test_dimensions_of_no_array_are_refused() -> None:
    with pytest.raises(GeneratorError, match="column 'x' is no array"):
        apply_marks(query(columns=[column("x[]")]), parse_comments([]))
