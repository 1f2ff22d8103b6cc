"""From SQL names to Python names."""

import keyword
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from sqlc_gen_psycopg.options import Options

# Common names of tables for which the rules are wrong.
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
# A field or method with one of these names would hide it from the annotations of a class.
_USED_IN_ANNOTATIONS: Final = frozenset(
    {"bool", "bytes", "float", "int", "list", "str"}
    | {"datetime", "decimal", "enums", "ipaddress", "models", "uuid"}
)
# Kinds of rows whose fields cannot begin with an underscore, with the names that their classes have
# for something else.
_TAKEN: Final[dict[str, frozenset[str]]] = {
    "attrs": frozenset(),
    "namedtuple": frozenset({"count", "index"}),
    "pydantic": frozenset(
        {"construct", "copy", "dict", "from_orm", "json", "parse_file", "parse_obj", "parse_raw"}
        | {"schema", "schema_json", "update_forward_refs", "validate", "model_computed_fields"}
        | {"model_config", "model_construct", "model_copy", "model_dump", "model_dump_json"}
        | {"model_extra", "model_fields", "model_fields_set", "model_json_schema"}
        | {"model_parametrized_name", "model_post_init", "model_rebuild", "model_validate"}
        | {"model_validate_json", "model_validate_strings"}
    ),
}


def identifier(name: str) -> str:
    """A valid identifier close to `name`.

    Reserved words and leading digits get an underscore. Of several leading ones one is left: with
    two, a name is another inside of a class.
    """
    cleaned = "".join(letter if f"a{letter}".isidentifier() else "_" for letter in name)
    if not cleaned.isidentifier():
        cleaned = f"_{cleaned}"
    cleaned = re.sub("^__+", "_", cleaned)
    return f"{cleaned}_" if keyword.iskeyword(cleaned) or cleaned == "self" else cleaned


def public(name: str) -> str:
    """A valid identifier without leading underscores, which other modules may use.

    A leading digit gets an n.
    """
    cleaned = identifier(name).lstrip("_")
    return identifier(cleaned if cleaned.isidentifier() else f"n{cleaned}")


def snake_case(name: str) -> str:
    """GetAccountByIBAN becomes get_account_by_iban."""
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return identifier(re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower())


def class_name(name: str) -> str:
    """transfer_kind becomes TransferKind, 2fa_kind N2faKind."""
    words = "".join(word[:1].upper() + word[1:] for word in re.split(r"\W|_", name))
    spelled = public(words)
    return spelled[:1].upper() + spelled[1:]


def schema_class(label: str, options: Options) -> str:
    """The class of a table or type with this name, unless it is renamed."""
    return class_name(options.rename.get(label, label))


def field_name(name: str, options: Options) -> str:
    """The field for a column, unless that is renamed."""
    return field(options.rename.get(name, name), options.row_type)


def field(name: str, row_type: str) -> str:
    """A field that a class of rows or parameters can have."""
    spelled = public(name) if row_type in _TAKEN else identifier(name)
    spelled = apart_from_annotations(spelled)
    return f"{spelled}_" if spelled in _TAKEN.get(row_type, ()) else spelled


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
    """A member of an enum: in-stock becomes IN_STOCK, + becomes PLUS_SIGN, 2fa N2FA."""
    if not identifier(label).strip("_"):
        label = " ".join(unicodedata.name(sign, "SIGN") for sign in label) or "EMPTY"
    return public(label).upper()


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
