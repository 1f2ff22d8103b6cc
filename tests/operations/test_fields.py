"""Values from places where all values are text, and those from where there are numbers."""

import pytest
from pydantic import ValidationError

from bankapp.domain import limits
from bankapp.operations.fields import Id, KeptText, PageRequest, RequestModel, ResponseModel, Text


class Question(RequestModel):
    id: Id


@pytest.mark.parametrize("digits", ["1", "12", str(limits.ID_MAX)])
def test_text_may_stand_for_a_number(digits: str) -> None:
    assert Question.model_validate({"id": Text(digits)}).id == int(digits)


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "01", "+1", "-1", " 1", "1 ", "1\n", "1_0", "1.0", "1e1", "0x1", "x", "\u0661"),
        *("true", "1" * 20, str(limits.ID_MAX + 1)),
    ],
)
def test_text_that_is_no_number_in_plain_digits(text: str) -> None:
    with pytest.raises(ValidationError):
        Question.model_validate({"id": Text(text)})


@pytest.mark.parametrize("value", ["1", "12", 1.0, True, None, [1], {}])
def test_where_there_are_numbers_nothing_else_is_one(value: object) -> None:
    with pytest.raises(ValidationError):
        Question.model_validate({"id": value})


def test_a_number_is_one_anywhere() -> None:
    assert Question.model_validate({"id": 1}).id == 1


def test_the_size_of_a_page_may_be_text() -> None:
    assert PageRequest.model_validate({"limit": Text("5")}).limit == 5
    with pytest.raises(ValidationError):
        PageRequest.model_validate({"limit": "5"})


def test_a_response_has_no_field_with_a_default() -> None:
    """A row that lacks the column would be answered with the default."""
    with pytest.raises(AssertionError, match=r"Answer\.nickname has a default"):

        class Answer(ResponseModel):  # pyright: ignore[reportUnusedClass]
            nickname: str | None = None


def test_a_row_that_lacks_a_field_is_no_answer() -> None:
    class Answer(ResponseModel):
        id: Id
        nickname: str | None

    with pytest.raises(ValidationError, match="nickname"):
        Answer.model_validate(Question(id=1))


def test_a_kept_text_is_given_again_as_it_was() -> None:
    kept = KeptText('{"b": 1, "a":  2}')
    assert kept.model_dump_json() == '{"b": 1, "a":  2}'
    assert kept.model_dump() == {"b": 1, "a": 2}
