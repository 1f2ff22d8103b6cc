"""Which Python type psycopg gives for a PostgreSQL type, and how a value goes back."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class PythonType:
    """The Python side of a PostgreSQL type.

    `wrapper` is put around a parameter: it fixes the type the server sees where psycopg would
    choose one by value. `array_writer` is the function of models.py that writes an array of it;
    without one psycopg does. `enum` is the class in enums.py, whose labels travel as text,
    `composite` that in models.py, which travels as a tuple of its fields. `decoder` and `encoder`
    are the callables of an override.
    """

    annotation: str
    wrapper: str | None = None
    array_writer: str | None = None
    enum: str | None = None
    composite: str | None = None
    decoder: str | None = None
    encoder: str | None = None


_ADDRESS: Final = "ipaddress.IPv4Address | ipaddress.IPv6Address"
_INTERFACE: Final = "ipaddress.IPv4Interface | ipaddress.IPv6Interface"
_NETWORK: Final = "ipaddress.IPv4Network | ipaddress.IPv6Network"

TEXT: Final = PythonType("str", array_writer="text_array")


def _range(element: str) -> PythonType:
    return PythonType(f"Range[{element}]")


def _multirange(element: str) -> PythonType:
    return PythonType(f"Multirange[{element}]")


_BY_NAMES: Final[dict[str, PythonType]] = {
    "bool": PythonType("bool", array_writer="integer_array"),
    # An int would go as int2, int4 or int8 by its value: three prepared statements, and overflow on
    # `$1 * 2`.
    "int2": PythonType("int", "Int2", "integer_array"),
    "int4": PythonType("int", "Int4", "integer_array"),
    "int8": PythonType("int", "Int8", "integer_array"),
    "oid": PythonType("int", "Oid", "integer_array"),
    # An int is a float to Python, but would go as an integer: `$1 / 2` would round.
    "float4": PythonType("float", "Float4"),
    "float8": PythonType("float", "Float8"),
    "numeric": PythonType("decimal.Decimal"),
    "text varchar bpchar char name citext": TEXT,
    "bytea": PythonType("bytes", array_writer="bytes_array"),
    "uuid": PythonType("uuid.UUID", array_writer="uuid_array"),
    "date": PythonType("datetime.date"),
    "time timetz": PythonType("datetime.time"),
    "timestamp timestamptz": PythonType("datetime.datetime"),
    "interval": PythonType("datetime.timedelta"),
    "json": PythonType("Any", "Json"),
    "jsonb": PythonType("Any", "Jsonb"),
    "inet": PythonType(f"{_ADDRESS} | {_INTERFACE}"),
    "cidr": PythonType(_NETWORK),
    "void": TEXT,  # psycopg reads the empty text
    # psycopg reads these as the server writes them.
    "aclitem bit varbit box cid circle jsonpath line lseg macaddr macaddr8 money path": TEXT,
    "pg_lsn pg_snapshot point polygon tid tsquery tsvector txid_snapshot xid xid8 xml": TEXT,
    "regclass regcollation regconfig regdictionary regnamespace regoper regoperator": TEXT,
    "regproc regprocedure regrole regtype refcursor int2vector oidvector": TEXT,
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
    name: python_type for names, python_type in _BY_NAMES.items() for name in names.split()
}
