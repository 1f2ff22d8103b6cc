"""The schema that random SQL is for, and the forms of expressions, sources and clauses.

In a form `{integer}` stands for any expression of that type, and so on, and `{again}` for the one
before.
"""

SCHEMA = """
CREATE TYPE pair AS (first integer, second text);
CREATE DOMAIN required AS integer NOT NULL;
CREATE TABLE t (
    id integer PRIMARY KEY, x integer, y integer NOT NULL, n integer DEFAULT 5, d required,
    s text, k text NOT NULL, f boolean, a integer [], m integer [] NOT NULL,
    j jsonb, i jsonb NOT NULL, p pair, g integer GENERATED ALWAYS AS (x + 1) STORED
);
INSERT INTO t VALUES
(1, 1, 1, 1, 1, 'a', 'a', true, '{1,2}', '{1}', '{"a": 1}', '[1, null]', (1, 'a')),
(2, NULL, 2, NULL, 2, NULL, '', NULL, NULL, '{NULL,2}', NULL, 'null', NULL),
(3, 3, 1, 2, 3, 'b', 'c', false, '{}', '{}', 'null', '{"a": null}', (NULL, NULL)),
(4, 2, 3, 4, (SELECT d FROM t WHERE false), '', 'd', true, '{NULL}', '{3}', '[2]', '[]', (2, NULL));
CREATE TABLE u (LIKE t INCLUDING ALL);
INSERT INTO u OVERRIDING SYSTEM VALUE
SELECT id + 1, nullif(y, 3), y, n, d, k, k, NOT f, m, m, i, i, p FROM t;
CREATE TABLE e (LIKE t INCLUDING ALL);
CREATE TABLE q (LIKE t INCLUDING ALL) PARTITION BY RANGE (id);
CREATE TABLE q_low PARTITION OF q FOR VALUES FROM (0) TO (3);
CREATE TABLE q_high PARTITION OF q FOR VALUES FROM (3) TO (900);
INSERT INTO q SELECT id, x, y, n, d, s, k, f, a, m, j, i, p FROM t;
CREATE TABLE h (LIKE t INCLUDING ALL);
INSERT INTO h SELECT id, x, y, n, d, s, k, f, a, m, j, i, p FROM t;
CREATE FUNCTION erase() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN new.x := NULL; new.s := NULL; RETURN new; END';
CREATE TRIGGER erase BEFORE INSERT OR UPDATE ON h FOR EACH ROW EXECUTE FUNCTION erase();
CREATE VIEW v AS
SELECT t.id, u.x, u.y, coalesce(u.n, t.y) AS n, t.d, u.s, t.k, u.f, t.a, u.m, t.j, u.i, t.p, u.g
FROM t LEFT JOIN u ON u.id = t.x;
CREATE MATERIALIZED VIEW w AS SELECT * FROM t WHERE s IS NOT NULL;
CREATE FUNCTION twice(given integer) RETURNS integer LANGUAGE sql STRICT RETURN 2 * twice.given;
CREATE FUNCTION or_one(given integer) RETURNS integer LANGUAGE sql
RETURN coalesce(or_one.given, 1);
"""

TABLES = ("t", "t", "u", "e", "q", "v", "w")
CHANGED = ("t", "t", "q", "h")
COLUMNS = {
    "integer": ("id", "x", "y", "n", "d", "g"),
    "text": ("s", "k"),
    "boolean": ("f",),
    "list": ("a", "m"),
    "json": ("j", "i"),
    "pair": ("p",),
}
TYPES = ("integer", "integer", "integer", "text", "text", "boolean", "list", "json")

LITERALS = {
    "integer": ("0", "1", "2", "NULL::integer"),
    "text": ("'a'", "''", "NULL::text"),
    "boolean": ("true", "false", "NULL::boolean"),
    "list": ("'{}'::integer[]", "'{1,NULL}'::integer[]", "'{1,2}'::integer[]", "NULL::integer[]"),
    "json": ("'[1, null]'::jsonb", "'null'::jsonb", "'{\"a\": null}'::jsonb", "NULL::jsonb"),
    "pair": ("ROW(1, NULL)::pair", "ROW(NULL, NULL)::pair", "NULL::pair"),
}
ANY = (
    "coalesce({%s}, {%s})",
    "CASE WHEN {boolean} THEN {%s} ELSE {%s} END",
    "CASE WHEN {boolean} THEN {%s} WHEN {boolean} THEN {%s} ELSE {%s} END",
    "CASE WHEN {boolean} THEN {%s} END",
    "CASE WHEN {%s} IS NOT NULL THEN {again} ELSE {%s} END",
    "CASE WHEN {%s} IS NULL THEN {%s} ELSE {again} END",
    "nullif({%s}, {%s})",
    "{query of %s}",
)
FORMS = {
    "integer": (
        *(form.replace("%s", "integer") for form in ANY),
        *("({integer} + {integer})", "abs({integer})", "greatest({integer}, {integer})"),
        *("length({text})", "({list})[1]", "cardinality({list})", "array_length({list}, 1)"),
        *("num_nulls({integer}, {text})", "num_nulls(VARIADIC {list})", "({pair}).first"),
        *("jsonb_array_length(jsonb_build_array(VARIADIC {list}))", "twice({integer})"),
        *("or_one({integer})", "({json} ->> 'a')::integer", "({integer})::required"),
        *("upper(int4range({integer}, NULL))", "(SELECT count(*) FROM t WHERE {boolean})::integer"),
    ),
    "text": (
        *(form.replace("%s", "text") for form in ANY),
        *("upper({text})", "({text} || {text})", "concat({text}, {integer})", "({pair}).second"),
        *(
            "concat(VARIADIC {list}::text[])",
            "concat_ws({text}, {text}, {text})",
            "{integer}::text",
        ),
        *("concat_ws({text}, VARIADIC {list}::text[])", "format({text}, VARIADIC {list}::text[])"),
        *("({json} ->> 'a')", "substring({text} from 'a')", "replace({text}, 'a', {text})"),
        *("array_to_string({list}, {text})", "{json}::text", "jsonb_typeof({json})"),
    ),
    "boolean": (
        *("({integer} = {integer})", "({integer} > 0)", "({text} <> '')", "({integer} IS NULL)"),
        *("({integer} IS NOT NULL)", "({text} IS NOT NULL)", "({boolean} AND {boolean})"),
        *("({boolean} OR {boolean})", "NOT {boolean}", "({boolean} IS TRUE)", "({list} @> {list})"),
        *("({boolean} IS NOT FALSE)", "({boolean} IS UNKNOWN)", "({integer} IN (1, {integer}))"),
        *("({integer} = ANY ({list}))", "({integer} <> ALL ({list}))", "({integer} NOT IN (1, 2))"),
        *("({integer} = ALL (ARRAY[{list}]))", "({integer} >= ALL (ARRAY[{integer}, 0]))"),
        *("({integer} IS DISTINCT FROM {integer})", "({integer} IS NOT DISTINCT FROM 1)"),
        *(
            "(({integer}, {text}) = ({integer}, {text}))",
            "(({integer}, {text}) < ({integer}, 'b'))",
        ),
        *("({pair} IS NOT NULL)", "({pair} = {pair})", "({integer} BETWEEN {integer} AND 3)"),
        *("({integer} IN (SELECT x FROM t))", "EXISTS (SELECT FROM t WHERE {boolean})"),
        *("({integer} < ANY (SELECT {integer} FROM u))", "coalesce({boolean}, {boolean})"),
        *("({text} LIKE {text})", "({json} ? 'a')", "({json} IS JSON)", "({list} IS NOT NULL)"),
        *("(nullif({integer}, {integer}) IS NOT NULL)", "(upper({text}) <> '')"),
        *("(({integer} + {integer}) > 0)", "(CASE WHEN {boolean} THEN {boolean} ELSE true END)"),
    ),
    "list": (
        *(form.replace("%s", "list") for form in ANY),
        *("ARRAY[{integer}, {integer}]", "ARRAY[{list}]", "({list})[1:2]", "({list} || {integer})"),
        *(
            "ARRAY(SELECT {integer})",
            "ARRAY(SELECT x FROM t)",
            "ARRAY(SELECT a FROM t WHERE id = 1)",
        ),
        *(
            "array_append({list}, {integer})",
            "array_remove({list}, {integer})",
            "({list})[{integer}:]",
        ),
        "ARRAY(SELECT {json})::integer[]",
    ),
    "json": (
        *(form.replace("%s", "json") for form in ANY),
        *(
            "jsonb_build_array({integer})",
            "jsonb_build_object('a', {integer})",
            "to_jsonb({integer})",
        ),
        *("({json} -> 'a')", "jsonb_build_array(VARIADIC {list})", "json_array({integer})::jsonb"),
        *("json_object('a': {integer})::jsonb", "jsonb_strip_nulls({json})", "to_jsonb({pair})"),
    ),
    "pair": ("ROW({integer}, {text})::pair", "coalesce({pair}, {pair})"),
}
AGGREGATES = {
    "integer": (
        *("count({integer})::integer", "sum({integer})::integer", "max({integer})"),
        *("max({integer}) FILTER (WHERE {boolean})", "count(*)::integer", "any_value({integer})"),
        "CASE WHEN nullif({integer}, {integer}) > 0 THEN max({again}) ELSE 0 END",
        "percentile_disc(0.5) WITHIN GROUP (ORDER BY {integer})",
        "rank({integer}) WITHIN GROUP (ORDER BY {integer})::integer",
    ),
    "text": ("string_agg({text}, {text})", "max({text})", "min(upper({text}))"),
    "boolean": ("bool_and({boolean})", "every({boolean}) FILTER (WHERE {boolean})"),
    "list": ("array_agg({integer})", "array_agg({integer}) FILTER (WHERE {boolean})"),
    "json": ("jsonb_agg({text})", "jsonb_object_agg('a', {integer})"),
}
WINDOW_FUNCTIONS = {
    "integer": (
        *(
            "row_number() {over}::integer",
            "ntile({integer}) {over}",
            "first_value({integer}) {over}",
        ),
        *(
            "last_value({integer}) {over}",
            "nth_value({integer}, 2) {over}",
            "lead({integer}) {over}",
        ),
        *("lag({integer}, 1, {integer}) {over}", "sum({integer}) {over}::integer"),
        *("max({integer}) {over}", "max({integer}) FILTER (WHERE {boolean}) {over}"),
        *("lag({integer}, {integer}, {integer}) {over}", "count({integer}) {over}::integer"),
        "CASE WHEN {integer} IS NOT NULL THEN first_value({again}) {over} ELSE 0 END",
        "CASE WHEN {integer} > 0 THEN lag({again}, 1, 0) {over} ELSE 0 END",
        "CASE WHEN {integer} > 0 THEN max({again}) {over} ELSE 0 END",
    ),
    "text": (
        *("first_value({text}) {over}", "lag({text}, 1, 'a') {over}", "max({text}) {over}"),
        "string_agg({text}, ',') {over}",
    ),
}
FRAMES = (
    *("", "ROWS 1 PRECEDING", "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW"),
    *("ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING", "ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING"),
    *(
        "RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES",
        "GROUPS 1 PRECEDING",
    ),
)
# Entries of FROM that are neither tables nor subqueries: text, types of the columns, and the oldest
# PostgreSQL that has them.
SOURCES: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("unnest({list})", ("integer",), 16),
    ("unnest(ARRAY[{list}, {list}])", ("integer",), 16),
    ("unnest(ARRAY[{pair}, {pair}])", ("integer", "text"), 16),
    ("unnest(ARRAY(SELECT p FROM t))", ("integer", "text"), 16),
    ("unnest(ARRAY(SELECT {json})::integer[])", ("integer",), 16),
    ("generate_series(1, {integer})", ("integer",), 16),
    ("ROWS FROM (generate_series(1, 2), unnest({list}))", ("integer", "integer"), 16),
    ("unnest({list}) WITH ORDINALITY", ("integer", "integer"), 16),
    ("jsonb_each_text({json})", ("text", "text"), 16),
    ("jsonb_array_elements({json})", ("json",), 16),
    ("CAST({pair} AS pair)", ("integer", "text"), 16),
    ("coalesce({integer}, {integer})", ("integer",), 16),
    ("(VALUES ({integer}, {text}), ({integer}, {text}))", ("integer", "text"), 16),
    (
        (
            "json_table({json}, '$[*]' COLUMNS (n FOR ORDINALITY, o integer PATH '$',"
            " NESTED PATH '$[*]' COLUMNS (p FOR ORDINALITY)))"
        ),
        ("integer", "integer", "integer"),
        17,
    ),
)
GROUPINGS = {
    1: ("{0}", "ROLLUP ({0})", "GROUPING SETS (({0}), ())", "GROUPING SETS ({0}, {0})"),
    2: (
        *("{0}, {1}", "ROLLUP ({0}, {1})", "CUBE ({0}, {1})", "GROUPING SETS (({0}), ({1}))"),
        *(
            "GROUPING SETS (({0}, {1}), ({0}))",
            "{0}, ROLLUP ({1})",
            "GROUPING SETS (({0}, {1}), ())",
        ),
    ),
}
LIMITS = (*[""] * 9, "LIMIT 1", "LIMIT 2 - 1", "LIMIT ALL", "OFFSET 0", "LIMIT 1 - 1", "OFFSET 1")
KINDS = ("JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "FULL JOIN")
