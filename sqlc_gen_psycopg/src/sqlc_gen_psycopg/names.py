"""From SQL names to Python names."""

import keyword
import re
from collections.abc import Iterable


def identifier(name: str) -> str:
    """A valid identifier close to `name`: reserved words and leading digits get an underscore."""
    cleaned = "".join(letter if f"a{letter}".isidentifier() else "_" for letter in name)
    if not cleaned.isidentifier():
        cleaned = f"_{cleaned}"
    return f"{cleaned}_" if keyword.iskeyword(cleaned) or cleaned == "self" else cleaned


def snake_case(name: str) -> str:
    """GetAccountByIBAN becomes get_account_by_iban."""
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return identifier(re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower())


def class_name(name: str) -> str:
    """transfer_kind becomes TransferKind."""
    return identifier("".join(word[:1].upper() + word[1:] for word in re.split(r"\W|_", name)))


def constant_name(name: str) -> str:
    """GetAccount becomes GET_ACCOUNT."""
    return snake_case(name).upper()


def singular(table: str) -> str:
    """The English singular of a table's name, by the regular rules; exceptions go in options."""
    for ending, replacement in (
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
    ):
        if table.endswith(ending):
            return table.removesuffix(ending) + replacement
    if table.endswith(("ss", "us", "is")):
        return table
    return table.removesuffix("s")


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The same names, later duplicates numbered: id, id becomes id, id_2."""
    taken: set[str] = set()
    result: list[str] = []
    for name in names:
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique)
        result.append(unique)
    return tuple(result)
