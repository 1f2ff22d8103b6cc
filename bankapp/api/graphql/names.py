"""The names of the schema, from those of operations and their models."""

import re
from typing import Final

from bankapp.operations.operation import Operation

_READ_VERBS: Final = ("get_", "list_")
_QUOTED_NAME: Final = re.compile("`([a-z]+(?:_[a-z]+)+)`")


def is_read(operation: Operation) -> bool:
    """Whether the operation changes nothing, as its verb says."""
    return operation.name.startswith(_READ_VERBS)


def root_field(operation: Operation) -> str:
    """The field of an operation: `accounts` of `list_accounts`, `createHold` of `create_hold`."""
    _, _, noun = operation.name.partition("_")
    return camel_case(noun if is_read(operation) else operation.name)


def input_name(operation: Operation) -> str:
    """The type of what a mutation takes: `CreateHoldInput` of `create_hold`."""
    return f"{pascal_case(operation.name)}Input"


def type_name(model: type) -> str:
    """The type of a model: `AccountPage` of `Page[Account]`."""
    name, _, item = model.__name__.partition("[")
    return f"{item.rstrip(']')}{name}"


def camel_case(name: str) -> str:
    """The name of a field: `fromAccountId` of `from_account_id`."""
    first, *others = name.split("_")
    return first + "".join(map(_capitalized, others))


def pascal_case(name: str) -> str:
    """The name of a type, of one like that of a field."""
    return "".join(map(_capitalized, name.split("_")))


def enum_value(value: str) -> str:
    """The name of a value of an enum: `ACCOUNT_OPENED` of `account.opened`."""
    return value.replace(".", "_").upper()


def prose(text: str | None) -> str | None:
    """A description, in which fields have the names that the schema gives them."""
    if not text:
        return None
    lines = (line.strip() for line in text.strip().splitlines())
    return _QUOTED_NAME.sub(lambda match: f"`{camel_case(match[1])}`", "\n".join(lines))


def _capitalized(word: str) -> str:
    return word[:1].upper() + word[1:]
