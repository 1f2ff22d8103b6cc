"""Messages as the fields of requests, and responses as messages; the converters are made once."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import BaseModel

from bankapp.api.problems import PayloadTooLarge
from bankapp.domain import errors, limits

# Between a value of a message and the value of JSON.
Convert: TypeAlias = Callable[[Any], Any]
ReadRequest: TypeAlias = Callable[[bytes], Mapping[str, Any]]
WriteResponse: TypeAlias = Callable[[BaseModel], bytes]

_TIMESTAMP: Final = "google.protobuf.Timestamp"
_LIST: Final = "StringList"
_UNKNOWN: Final = errors.Violation(
    "(unknown)", "has a number that no field has here; the client may be newer than the bank"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


def request_reader(descriptor: Descriptor) -> ReadRequest:
    """The function from the bytes of a request to its fields.

    A field that is not set is not among them. Neither is a field without presence that has its
    default, which is the same thing. The function raises MalformedRequest, PayloadTooLarge, and
    ValidationFailed where there are fields that the bank does not know.
    """
    kind = GetMessageClass(descriptor)
    read = _message_reader(descriptor)

    def read_request(content: bytes) -> Mapping[str, Any]:
        message = kind()
        try:
            message.ParseFromString(content)
        except DecodeError:
            # Its text would tell of the parser, and of nothing that the client could mend.
            raise errors.MalformedRequest(f"The request is not a {descriptor.name}.") from None
        _refuse_unknown(message)
        fields: Mapping[str, Any] = read(message)
        return fields

    return read_request


def response_writer(descriptor: Descriptor) -> WriteResponse:
    """The function from a response to the bytes of its message."""
    kind = GetMessageClass(descriptor)
    write = _message_writer(descriptor)
    return lambda response: kind(**write(response.model_dump(mode="json"))).SerializeToString()


def _refuse_unknown(message: Message) -> None:
    """A field that the bank does not know may change what is asked for, at whatever depth.

    Which one it is takes long to tell: a large message has half a million of them.
    """
    size = message.ByteSize()
    message.DiscardUnknownFields()
    if message.ByteSize() != size:
        raise errors.ValidationFailed(violations=[_UNKNOWN])


def _message_reader(descriptor: Descriptor) -> Convert:
    converters = {
        field.name: convert
        for field in descriptor.fields
        if (convert := _value_reader(field)) is not None
    }

    def read(message: Message) -> dict[str, Any]:
        return {
            field.name: converters[field.name](value) if field.name in converters else value
            for field, value in message.ListFields()
        }

    return read


def _value_reader(field: FieldDescriptor) -> Convert | None:
    """The function for a value of the field; None where the value is that of JSON."""
    one: Convert | None = None
    if field.message_type is not None:
        one = _submessage_reader(field.message_type)
    elif field.enum_type is not None:
        labels = {number: label for label, number in _numbers_of(field.enum_type).items()}
        one = lambda number: labels.get(number, str(number))  # noqa: E731
    return _list_reader(one) if field.is_repeated else one


def _submessage_reader(descriptor: Descriptor) -> Convert:
    if descriptor.full_name == _TIMESTAMP:
        return _read_time
    if descriptor.name == _LIST:
        read_list = _list_reader(None)
        return lambda message: read_list(message.values)
    return _message_reader(descriptor)


def _list_reader(convert: Convert | None) -> Convert:
    def read(values: Collection[Any]) -> list[Any]:
        # Two bytes make an item, and each takes time to be read and checked.
        if len(values) > limits.BODY_VALUE_COUNT_MAX:
            raise PayloadTooLarge("The request holds more values than the bank reads.")
        return list(values) if convert is None else [convert(value) for value in values]

    return read


def _read_time(message: Timestamp) -> str:
    try:
        return message.ToJsonString()
    except ValueError:  # beyond the years 1 to 9999
        return ""


def _message_writer(descriptor: Descriptor) -> Convert:
    """The function from an object of JSON to the arguments of a message.

    A response that is given again may be of another release. Fields that are not known are left
    out, as the reader of JSON would pass them over.
    """
    converters = {field.name: _value_writer(field) for field in _plain_fields(descriptor)}
    choices = {
        field.name: _value_writer(field)
        for field in descriptor.fields
        if field.name not in converters
    }

    def write(data: Mapping[str, Any]) -> dict[str, Any]:
        arguments = {
            name: value if convert is None else convert(value)
            for name, convert in converters.items()
            if (value := data.get(name)) is not None
        }
        if choices:
            chosen = str(data["type"]).replace(".", "_")
            if (convert := choices.get(chosen)) is not None:
                arguments[chosen] = convert(data["data"])
        return arguments

    return write


def _plain_fields(descriptor: Descriptor) -> list[FieldDescriptor]:
    """The fields that are not members of a choice; an optional field is the only one of its own."""
    return [
        field
        for field in descriptor.fields
        if field.containing_oneof is None or len(field.containing_oneof.fields) == 1
    ]


def _value_writer(field: FieldDescriptor) -> Convert | None:
    one: Convert | None = None
    if field.message_type is not None:
        one = _submessage_writer(field.message_type)
    elif field.enum_type is not None:
        numbers = _numbers_of(field.enum_type)
        one = lambda label: numbers.get(label, 0)  # noqa: E731
    if one is None or not field.is_repeated:
        return one
    convert = one
    return lambda values: [convert(value) for value in values]


def _submessage_writer(descriptor: Descriptor) -> Convert:
    if descriptor.full_name == _TIMESTAMP:
        return _write_time
    if descriptor.name == _LIST:
        return lambda values: {"values": values}
    return _message_writer(descriptor)


def _write_time(text: str) -> dict[str, int]:
    since = datetime.fromisoformat(text) - _EPOCH
    return {"seconds": since // _SECOND, "nanos": since.microseconds * 1000}


def _numbers_of(enum: EnumDescriptor) -> dict[str, int]:
    """The numbers of an enum by the labels of JSON; that of none is not among them."""
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return {
        value.name.removeprefix(prefix).lower(): value.number
        for value in enum.values
        if value.number != 0
    }
