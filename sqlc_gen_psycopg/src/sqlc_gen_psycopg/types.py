"""Which Python type psycopg gives for a PostgreSQL type, and how a value goes back."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class PythonType:
    """The Python side of a PostgreSQL type.

    `annotation` may need `module` imported. `wrapper` is put around a parameter, from the module
    `wrapper_module`: it fixes the type the server sees where psycopg would choose one by value.
    `enum` is the generated enum whose labels travel as text. `decoder` and `encoder` are the
    callables of an override.
    """

    annotation: str
    module: str | None = None
    wrapper: str | None = None
    wrapper_module: str | None = None
    enum: str | None = None
    decoder: str | None = None
    encoder: str | None = None


_NUMERIC: Final = "psycopg.types.numeric"
_JSON: Final = "psycopg.types.json"
_ADDRESS: Final = "ipaddress.IPv4Address | ipaddress.IPv6Address"
_INTERFACE: Final = "ipaddress.IPv4Interface | ipaddress.IPv6Interface"
_NETWORK: Final = "ipaddress.IPv4Network | ipaddress.IPv6Network"

_TEXT: Final = PythonType("str")


def _range(element: str) -> PythonType:
    return PythonType(f"Range[{element}]", "psycopg.types.range")


def _multirange(element: str) -> PythonType:
    return PythonType(f"Multirange[{element}]", "psycopg.types.multirange")


_BY_SPELLINGS: Final[dict[str, PythonType]] = {
    "bool boolean": PythonType("bool"),
    # An int would go as int2, int4 or int8 by its value: three prepared statements, and overflow on
    # `$1 * 2`.
    "int2 smallint smallserial serial2": PythonType("int", None, "Int2", _NUMERIC),
    "int4 int integer serial serial4": PythonType("int", None, "Int4", _NUMERIC),
    "int8 bigint bigserial serial8": PythonType("int", None, "Int8", _NUMERIC),
    "oid": PythonType("int", None, "Oid", _NUMERIC),
    # An int is a float to Python, but would go as an integer: `$1 / 2` would round.
    "float4 real": PythonType("float", None, "Float4", _NUMERIC),
    "float8 float double\0precision": PythonType("float", None, "Float8", _NUMERIC),
    "numeric decimal": PythonType("decimal.Decimal", "decimal"),
    "text varchar bpchar char name citext character\0varying character": PythonType("str"),
    "bytea": PythonType("bytes"),
    "uuid": PythonType("uuid.UUID", "uuid"),
    "date": PythonType("datetime.date", "datetime"),
    "time time\0without\0time\0zone timetz time\0with\0time\0zone": PythonType(
        "datetime.time", "datetime"
    ),
    "timestamp timestamp\0without\0time\0zone timestamptz timestamp\0with\0time\0zone": PythonType(
        "datetime.datetime", "datetime"
    ),
    "interval": PythonType("datetime.timedelta", "datetime"),
    "json": PythonType("Any", "typing", "Json", _JSON),
    "jsonb": PythonType("Any", "typing", "Jsonb", _JSON),
    "inet": PythonType(f"{_ADDRESS} | {_INTERFACE}", "ipaddress"),
    "cidr": PythonType(_NETWORK, "ipaddress"),
    "void": PythonType("str"),  # psycopg reads the empty text
    # psycopg reads these as the server writes them.
    "bit varbit bit\0varying box cid circle jsonpath line lseg macaddr macaddr8 money path": _TEXT,
    "pg_lsn pg_snapshot point polygon tid tsquery tsvector txid_snapshot xid xid8 xml": _TEXT,
    "regclass regcollation regconfig regdictionary regnamespace regoper regoperator": _TEXT,
    "regproc regprocedure regrole regtype": _TEXT,
    "int4range int8range": _range("int"),
    "numrange": _range("decimal.Decimal"),
    "daterange": _range("datetime.date"),
    "tsrange tstzrange": _range("datetime.datetime"),
    "int4multirange int8multirange": _multirange("int"),
    "nummultirange": _multirange("decimal.Decimal"),
    "datemultirange": _multirange("datetime.date"),
    "tsmultirange tstzmultirange": _multirange("datetime.datetime"),
}

BUILT_IN: Final[dict[str, PythonType]] = {
    spelling.replace("\0", " "): python_type
    for spellings, python_type in _BY_SPELLINGS.items()
    for spelling in spellings.split(" ")
}
