"""The built-in functions and operators that never return NULL for arguments that are not NULL.

Being strict says nothing of that: `regexp_match` is strict and returns NULL where nothing matches.
So this is a list, and a test calls every function on it with all sorts of values.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlc_gen_psycopg.pg_trees import Node

# When the result is NULL: never, or when any, the first, one of the first two, all arguments are.
Rule: TypeAlias = Literal["never", "any", "first", "first two", "all"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Their arguments may be anything, NULL too.
_NEVER = _names(
    """
    array_append array_prepend clock_timestamp concat current_database enum_first enum_last
    enum_range gen_random_uuid json_build_array json_build_object jsonb_build_array
    jsonb_build_object now num_nonnulls num_nulls pg_backend_pid pg_client_encoding pg_typeof pi
    quote_nullable random statement_timestamp timeofday transaction_timestamp txid_current
    uuidv4 uuidv7 version datemultirange daterange int4multirange int4range int8multirange
    int8range nummultirange numrange tsmultirange tsrange tstzmultirange tstzrange
    """
)
_OTHER: dict[str, Rule] = {
    "array_cat": "all",
    "array_positions": "first",
    "array_remove": "first",
    "array_replace": "first",
    "array_to_string": "first two",
    "concat_ws": "first",
    "format": "first",
    "string_to_array": "first",
}
_STRICT = _names(
    """
    abbrev abs acos acosd acosh age area array_reverse array_sample array_shuffle array_sort
    array_to_json array_to_tsvector ascii asin asind asinh atan atan2 atan2d atand atanh bit
    bit_count bit_length bool bound_box box bpchar broadcast btrim bytea cardinality casefold cbrt
    ceil ceiling center char char_length character_length chr cidr circle convert convert_from
    convert_to cos cosd cosh cot cotd crc32 crc32c currval date date_add date_bin date_subtract
    date_trunc decode degrees diagonal diameter div encode erf erfc exp factorial family float4
    float8 floor gamma gcd get_bit get_byte hashtext hashtextextended height host hostmask
    inet_merge inet_same_family initcap int2 int4 int8 interval is_normalized isclosed isempty
    isfinite ishorizontal isopen isparallel isperp isvertical json_array_length json_object
    json_strip_nulls json_typeof jsonb_array_length jsonb_insert jsonb_object jsonb_path_query_array
    jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_typeof justify_days justify_hours
    justify_interval lastval lcm left length lgamma line ln log log10 lower lower_inc lower_inf lpad
    lseg ltrim macaddr macaddr8 macaddr8_set7bit make_date make_interval make_time make_timestamp
    make_timestamptz masklen md5 mod money multirange name netmask network nextval normalize npoints
    numeric numnode octet_length oid overlay parse_ident path pclose pg_advisory_lock
    pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_shared pg_advisory_xact_lock
    pg_advisory_xact_lock_shared pg_size_pretty pg_try_advisory_lock pg_try_advisory_lock_shared
    pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared phraseto_tsquery plainto_tsquery
    point polygon popen position pow power quote_ident quote_literal radians radius range_merge
    regclass regexp_count regexp_instr regexp_like regexp_replace regexp_split_to_array repeat
    replace reverse right round row_to_json rpad rtrim set_bit set_byte set_masklen setval setweight
    sha224 sha256 sha384 sha512 sign sin sind sinh slope split_part sqrt starts_with strip strpos
    substr substring tan tand tanh text time timestamp timestamptz timetz timezone to_ascii to_bin
    to_char to_date to_hex to_json to_jsonb to_oct to_timestamp to_tsquery to_tsvector translate
    trim_array trim_scale trunc ts_delete ts_filter ts_headline ts_rank ts_rank_cd tsvector_to_array
    unicode_assigned unistr upper upper_inc upper_inf varbit varchar websearch_to_tsquery width
    width_bucket xid
    """
)
_JSON_FUNCTIONS = ("json", "to_json", "array_to_json", "row_to_json", "to_tsvector", "ts_headline")
_OPERATORS = _names(
    """
    = <> < > <= >= + - * / % ^ |/ ||/ @ & | # ~ << >> || ~~ !~~ ~~* !~~* ~* !~ !~* ^@ @> <@ &&
    &< &> -|- <<= >>= ? ?| ?& #- @@ !! <-> ~<~ ~<=~ ~>~ ~>=~ *= *<> *< *> *<= *>=
    ~= <<| |>> &<| |&> <^ >^ ?# ?- ?-| ?|| @-@
    """
)
# Lines that do not meet have no crossing, an open path of one point has no distance to another.
_PARTIAL_OPERATORS = frozenset(
    {("#", "box"), ("#", "line"), ("#", "lseg"), ("+", "path"), ("<->", "path")}
)

# The only fields of an infinite time that EXTRACT does not return NULL for.
FIELDS_OF_INFINITY = frozenset({"century", "decade", "epoch", "millennium", "year"})
_FINITE = frozenset({"time", "timetz"})


@dataclass(frozen=True)
class Function:
    """A function, aggregate or window function; `arguments` are names of types.

    `body` is the query whose first row is the result, where the catalog holds it parsed: that of a
    function written in SQL's own way, with RETURN or BEGIN ATOMIC.

    An aggregate is volatile if a function is that it is made of.
    """

    name: str
    is_built_in: bool
    is_strict: bool
    is_volatile: bool
    arguments: tuple[str, ...] = ()
    result_type: int = 0
    body: Node | None = None

    @property
    def rule(self) -> Rule | None:
        """When the result can be NULL; None where it always can."""
        if not self.is_built_in:
            return None
        if self.name in _NEVER:
            return "any" if self.is_strict else "never"
        if self.name in _OTHER:
            return "any" if self.is_strict else _OTHER[self.name]
        is_total = self.is_strict and self.name in _STRICT and not self._is_partial
        return "any" if is_total else None

    @property
    def rule_of_variadic(self) -> Rule | None:
        """The rule of a call with VARIADIC: only format() takes NULL in place of the array."""
        return self.rule and ("first" if self.name == "format" else "any")

    @property
    def is_extract(self) -> bool:
        """Whether it is EXTRACT, which answers NULL for some fields of an infinite time."""
        return self.is_built_in and self.name in ("extract", "date_part")

    @property
    def takes_infinity(self) -> bool:
        """Whether its last argument can be infinite."""
        return self.arguments[-1] not in _FINITE

    @property
    def _is_partial(self) -> bool:
        arguments = set(self.arguments)
        if arguments & {"json", "jsonb"}:  # the casts return NULL for JSON's null
            return not self.name.startswith(_JSON_FUNCTIONS)
        match self.name:
            case "lower" | "upper":  # an unbounded range has none
                return bool(arguments & {"anyrange", "anymultirange"})
            case "area":  # of an open path
                return "path" in arguments
            case "substring":  # with a pattern
                return self.arguments[1] == "text"
            case "to_char" | "time" | "timetz":  # NULL for an infinite time
                return self.arguments[0] in ("timestamp", "timestamptz", "interval")
            case _:
                return False


@dataclass(frozen=True)
class Operator:
    """An operator. `is_indexable`: of a B-tree or hash operator class, or the negation of one."""

    name: str
    is_built_in: bool
    is_indexable: bool
    operands: tuple[str, ...] = ()

    @property
    def is_total(self) -> bool:
        """Whether it never returns NULL for operands that are not NULL, if it is strict."""
        # An operator of an operator class compares all values.
        if self.is_indexable:
            return True
        return (
            self.is_built_in
            and self.name in _OPERATORS
            and "jsonpath" not in self.operands
            and not any((self.name, operand) in _PARTIAL_OPERATORS for operand in self.operands)
        )


# Set-returning functions, by the columns of their rows that are never NULL.
NON_NULL_COLUMNS: dict[str, tuple[int, ...]] = {
    "generate_series": (1,),
    "generate_subscripts": (1,),
    "json_array_elements": (1,),
    "json_each": (1, 2),
    "json_each_text": (1,),
    "json_object_keys": (1,),
    "jsonb_array_elements": (1,),
    "jsonb_each": (1, 2),
    "jsonb_each_text": (1,),
    "jsonb_object_keys": (1,),
    "jsonb_path_query": (1,),
    "regexp_matches": (1,),
    "regexp_split_to_table": (1,),
}

# Aggregates that return no NULL for at least one row, …
NON_NULL_AGGREGATES = frozenset(
    {"count", "regr_count", "rank", "dense_rank", "percent_rank", "cume_dist"}
)
NON_NULL_OF_ANY_ROW = frozenset(
    {"array_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg"}
)
# … and those that return none for at least one value.
NON_NULL_OF_ANY_VALUE = _names(
    """
    any_value avg bit_and bit_or bit_xor bool_and bool_or every max min mode percentile_cont
    percentile_disc range_agg range_intersect_agg stddev_pop string_agg sum var_pop xmlagg
    """
)
NON_NULL_WINDOW_FUNCTIONS = NON_NULL_AGGREGATES | {"row_number"}
