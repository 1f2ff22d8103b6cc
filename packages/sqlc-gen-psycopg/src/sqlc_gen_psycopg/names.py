"""From SQL names to Python names."""

import keyword
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from sqlc_gen_psycopg.options import Options

# What tables are often called and the rules get wrong.
IRREGULAR: Final = {
    "aliases": "alias",
    "analyses": "analysis",
    "calories": "calorie",
    "cookies": "cookie",
    "movies": "movie",
    "series": "series",
    "species": "species",
    "statuses": "status",
}
# A field or method of such a name would hide from type checkers what annotations mean by it.
_USED_IN_ANNOTATIONS: Final = frozenset(
    {"bool", "bytes", "float", "int", "list", "str"}
    | {"datetime", "decimal", "enums", "ipaddress", "models", "uuid"}
)


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


def schema_class(label: str, options: Options) -> str:
    """The class of what is called so in the schema, unless it is renamed."""
    return class_name(options.rename.get(label, label))


def field_name(name: str, options: Options) -> str:
    """The field for a column, unless that is renamed."""
    spelled = apart_from_annotations(identifier(options.rename.get(name, name)))
    is_method_of_tuple = options.model_type == "namedtuple" and spelled in ("count", "index")
    return f"{spelled}_" if is_method_of_tuple else spelled


def parameter_name(name: str) -> str:
    """The parameter; one called models would hide the module that helps to pass it."""
    return "models_" if name == "models" else identifier(name)


def apart_from_annotations(name: str) -> str:
    """The name, or another if annotations use it."""
    return f"{name}_" if name in _USED_IN_ANNOTATIONS else name


def constant_name(name: str) -> str:
    """GetAccount becomes GET_ACCOUNT."""
    return snake_case(name).upper()


def query_constant(name: str) -> str:
    """The constant that holds a query's SQL, beside the list of all of them."""
    constant = constant_name(name)
    return f"{constant}_" if constant == "QUERIES" else constant


def member_name(label: str) -> str:
    """A member of an enum: in-stock becomes IN_STOCK, + becomes PLUS_SIGN."""
    if not identifier(label).strip("_"):
        label = " ".join(unicodedata.name(sign, "SIGN") for sign in label) or "EMPTY"
    name = identifier(label).upper()
    # A class hides names like __A, and an enum keeps names like _A_ for itself.
    return re.sub("_+", "_", name).rstrip("_") if name.startswith("_") else name


def singular(table: str) -> str:
    """The English singular of a table's name, by the regular rules; exceptions go in options."""
    head, separator, word = table.rpartition("_")
    if word in IRREGULAR:
        return f"{head}{separator}{IRREGULAR[word]}"
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
