"""What the comments of a query tell the generator."""

from dataclasses import replace

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
        pytest.param("@now is the clock of the caller.", id="another word"),
        pytest.param("@param id bigint", id="what other generators read"),
        pytest.param("@", id="nothing more"),
        pytest.param("@stream_id is whose rows they are.", id="a parameter nearly as one"),
        pytest.param("@nullable, if given, also counts them.", id="a parameter as one, in prose"),
    ],
)
def test_prose(comment: str) -> None:
    parsed = parse_comments([f" {comment}"], ["stream_id", "nullable,"])
    assert parsed.description == comment
    assert parsed == replace(NOTHING, description=comment)


@pytest.mark.parametrize(
    ("comment", "meant"),
    [
        pytest.param("@notnul a", "@notnull column …", id="misspelled"),
        pytest.param("@null a", "@notnull column …", id="shortened"),
        pytest.param("@not_null a", "@notnull column …", id="with an underscore"),
        pytest.param("@NotNull a", "@notnull column …", id="in capitals"),
        pytest.param("@nullable: a", "@nullable column …", id="with a colon"),
        pytest.param("@require", "@required", id="cut off"),
        pytest.param("@streamed", "@stream [size]", id="in another form"),
        pytest.param("@stream many", "@stream [size]", id="no number"),
        pytest.param("@notnull", "@notnull column …", id="names no column to be not null"),
        pytest.param("@nullable", "@nullable column …", id="names no column to be nullable"),
        pytest.param("@required a", "@required", id="names a column where none is wanted"),
    ],
)
def test_wrong_annotation_is_refused(comment: str, meant: str) -> None:
    with pytest.raises(GeneratorError) as raised:
        parse_comments([f" {comment} "], ["at"])
    assert str(raised.value) == f"{comment!r} is no annotation; write {meant!r}"


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
