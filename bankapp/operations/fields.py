"""The fields that requests and responses are made of."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    PrivateAttr,
    WithJsonSchema,
)
from pydantic_core import PydanticUndefined, from_json

from bankapp.domain import limits
from bankapp.domain.text import has_controls, is_blank, prepare_password

Item = TypeVar("Item")
Row = TypeVar("Row")


class RequestModel(BaseModel):
    """A request. An unknown field is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ResponseModel(BaseModel):
    """A response, made from rows by the names of their fields.

    No field has a default: it would stand for a column that the row lacks.
    """

    model_config = ConfigDict(from_attributes=True, frozen=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        for name, field in cls.model_fields.items():
            assert field.is_required(), f"{cls.__name__}.{name} has a default: see ResponseModel"


class Text(str):
    """A value from a source that has only text, such as a path. It may spell a number."""

    __slots__ = ()


class Kept(ResponseModel):
    """An answer as it was given first, perhaps by another release; its fields are not looked at."""

    model_config = ConfigDict(extra="allow")


class KeptText(Kept):
    """A large answer, which is given again without being read: that takes as long as making it."""

    _text: str = PrivateAttr()

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def model_dump_json(self, **_options: object) -> str:
        return self._text

    def model_dump(self, **_options: object) -> dict[str, Any]:
        fields: dict[str, Any] = from_json(self._text)
        return fields


class NoContent(ResponseModel):
    """The request is done. The response has no content."""


class Accepted(ResponseModel):
    """The request is accepted, and is done in the background."""


def _readable(text: str) -> str:
    if has_controls(text):
        raise ValueError("must not contain control characters")
    if is_blank(text):
        raise ValueError("must not be blank")
    return text


def _new_password(typed: str) -> str:
    password = prepare_password(typed)
    size = len(password.encode(errors="surrogatepass"))
    if not limits.PASSWORD_BYTES_MIN <= size <= limits.PASSWORD_BYTES_MAX:
        raise ValueError(
            f"must have {limits.PASSWORD_BYTES_MIN} to {limits.PASSWORD_BYTES_MAX} bytes of UTF-8"
        )
    return _readable(password)


def number(value: object) -> object:
    """Read a number from a place where all values are text."""
    if type(value) is not Text:
        return value
    # pydantic would take " 1", "+1", "01", "1_0" and "1.0" for numbers too.
    if not re.fullmatch("[1-9][0-9]{0,18}", value):
        raise ValueError("must be a positive integer in plain digits")
    return int(value)


def _nobody_with_nul(name: str) -> str:
    return "" if "\0" in name else name


def _bare_address(text: object) -> object:
    # EmailStr would also take "Name <address>" and cut off spaces.
    # In a header "=?" begins an encoded word, which mail programs decode.
    if isinstance(text, str) and (any(c.isspace() or c in "<>" for c in text) or "=?" in text):
        raise ValueError("must be an e-mail address and nothing else")
    return text


def canonical_uuid(value: object) -> object:
    """Refuse the other spellings of a UUID, of which pydantic takes several."""
    if isinstance(value, str) and not re.fullmatch(
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value
    ):
        raise ValueError("must be a UUID in lower case")
    return value


def encode_cursor(row_id: int) -> str:
    """The opaque form of the last id on a page."""
    return base64.urlsafe_b64encode(row_id.to_bytes(8, "big")).decode().rstrip("=")


def _decode_cursor(cursor: object) -> int:
    try:
        data = base64.urlsafe_b64decode(f"{cursor}=")
        row_id = int.from_bytes(data, "big")
    except (binascii.Error, ValueError):
        raise ValueError("is not a cursor of this bank") from None
    if len(data) != 8 or row_id > limits.ID_MAX or encode_cursor(row_id) != cursor:
        raise ValueError("is not a cursor of this bank")
    return row_id


def given_as(metadata: Iterable[object]) -> object | None:
    """The type that clients give, where a field is decoded from another than its own."""
    for one in metadata:
        if isinstance(one, BeforeValidator) and one.json_schema_input_type is not PydanticUndefined:
            given: object = one.json_schema_input_type
            return given
    return None


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]  # an internal number


Username = Annotated[
    str,
    Field(
        min_length=limits.USERNAME_LENGTH_MIN,
        max_length=limits.USERNAME_LENGTH_MAX,
        pattern=r"^[a-z0-9_]+$",
        examples=["alice"],
    ),
]
# An impossible name gets NotFound, not ValidationFailed. PostgreSQL has no text with NUL in it.
SomeUsername = Annotated[str, AfterValidator(_nobody_with_nul)]
NewPassword = Annotated[
    str,
    AfterValidator(_new_password),
    Field(
        description=f"{limits.PASSWORD_BYTES_MIN} to {limits.PASSWORD_BYTES_MAX} bytes of UTF-8, "
        "and not easy to guess",
        json_schema_extra={"maxLength": limits.PASSWORD_BYTES_MAX},
    ),
]
Password = Annotated[NewPassword, Field(repr=False)]
FullName = Annotated[
    str,
    Field(min_length=1, max_length=limits.FULL_NAME_LENGTH_MAX),
    AfterValidator(_readable),
]
Email = Annotated[
    EmailStr,
    BeforeValidator(_bare_address),
    Field(max_length=limits.EMAIL_LENGTH_MAX),
    AfterValidator(str.lower),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
Amount = Annotated[
    int, Field(strict=True, ge=1, le=limits.AMOUNT_MAX, description="Integer minor units")
]
Description = Annotated[
    str,
    Field(min_length=1, max_length=limits.DESCRIPTION_LENGTH_MAX),
    AfterValidator(_readable),
]
# Responses are not validated against these bounds; tests compare the document with responses.
Funds = Annotated[
    int,
    Field(
        description="Integer minor units",
        json_schema_extra={"minimum": 0, "maximum": limits.AMOUNT_MAX},
    ),
]
Movement = Annotated[
    int,
    Field(
        description="Integer minor units; negative when the money left the account",
        json_schema_extra={"minimum": -limits.AMOUNT_MAX, "maximum": limits.AMOUNT_MAX},
    ),
]
MailAddress = Annotated[
    str, Field(json_schema_extra={"format": "email", "maxLength": limits.EMAIL_LENGTH_MAX})
]
# A number, never a string, except where there are only strings.
Id = Annotated[int, Field(strict=True, ge=1, le=limits.ID_MAX), BeforeValidator(number)]
Code = Annotated[str, Field(min_length=1, max_length=limits.CODE_LENGTH_MAX, repr=False)]
Time = Annotated[
    datetime, WithJsonSchema({"type": "string", "format": "date-time", "pattern": "Z$"})
]
Cursor = Annotated[str, Field(json_schema_extra={"pattern": "^[A-Za-z0-9_-]{11}$"})]
PageCursor = Annotated[int, BeforeValidator(_decode_cursor, json_schema_input_type=Cursor)]


class PageRequest(RequestModel):
    """`cursor` is the `next_cursor` of the page before."""

    limit: Annotated[
        int, Field(strict=True, ge=1, le=limits.PAGE_SIZE_MAX), BeforeValidator(number)
    ] = limits.PAGE_SIZE_DEFAULT
    cursor: Annotated[
        int,
        BeforeValidator(_decode_cursor, json_schema_input_type=Cursor),
        Field(json_schema_extra=_without_default),
    ] = limits.ID_MAX

    @property
    def row_count_max(self) -> int:
        """One more than the page holds: the extra row tells that there is a next page."""
        return self.limit + 1


class Page(ResponseModel, Generic[Item]):
    """One page of a list, newest first.

    `next_cursor` is the `cursor` of the next page. It is null on the last page.
    """

    items: list[Item]
    next_cursor: Cursor | None


def page_of(
    rows: Sequence[Row],
    request: PageRequest,
    *,
    item: Callable[[Row], Item],
    position: Callable[[Row], int],
) -> Page[Item]:
    """The page of up to `request.row_count_max` rows; the list is in order of `position`."""
    shown = rows[: request.limit]
    has_next = len(rows) > request.limit
    return Page(
        items=[item(row) for row in shown],
        next_cursor=encode_cursor(position(shown[-1])) if has_next else None,
    )
