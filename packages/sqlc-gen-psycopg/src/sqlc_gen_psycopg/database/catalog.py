"""Reads types, tables, functions and operators from the system catalogs, all at once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, LiteralString, TypeAlias

import psycopg
from psycopg.abc import Params
from psycopg.rows import tuple_row

from sqlc_gen_psycopg.database.functions import Function, Operator
from sqlc_gen_psycopg.database.pg_types import Type, Types
from sqlc_gen_psycopg.pg_trees import Node, nodes_of, parse_node_tree

Connection: TypeAlias = psycopg.Connection[Any]

MATERIALIZED_VIEW: Final = "m"

TYPES = """
SELECT
    t.oid, n.nspname, t.typname,
    CASE WHEN e.typarray = t.oid THEN e.oid ELSE 0 END,
    t.typbasetype, t.typndims, t.typnotnull, t.typtype = 'b', t.typdelim::text,
    t.typtype = 'c' OR t.oid = 'pg_catalog.record'::pg_catalog.regtype,
    coalesce(pg_catalog.obj_description(t.oid, 'pg_type'), ''),
    coalesce(f.fields, '{}')
FROM pg_catalog.pg_type AS t
INNER JOIN pg_catalog.pg_namespace AS n ON t.typnamespace = n.oid
LEFT JOIN pg_catalog.pg_type AS e ON t.typelem = e.oid
LEFT JOIN pg_catalog.pg_class AS c ON t.typrelid = c.oid AND c.relkind = 'c'
LEFT JOIN LATERAL (
    SELECT
        array_agg(
            ARRAY[a.attname::text, a.atttypid::text, a.attndims::text] ORDER BY a.attnum
        ) AS fields
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
) AS f ON true
WHERE NOT (t.typtype = 'c' AND n.nspname = 'information_schema')
"""

# Rows that are written to a parent are stored in its children, whose triggers may change them.
RELATIONS = """
WITH RECURSIVE members (root, relid) AS (
    SELECT oid, oid FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p')
    UNION
    SELECT m.root, i.inhrelid
    FROM members AS m
    INNER JOIN pg_catalog.pg_inherits AS i ON m.relid = i.inhparent
), rules (relid) AS (
    SELECT ev_class FROM pg_catalog.pg_rewrite WHERE rulename <> '_RETURN'
)
SELECT
    c.oid, n.nspname, c.relname, c.relkind::text,
    c.relkind IN ('r', 'p') AND c.oid NOT IN (SELECT relid FROM rules) AND NOT EXISTS (
        SELECT FROM members AS m
        INNER JOIN pg_catalog.pg_class AS o ON m.relid = o.oid
        LEFT JOIN pg_catalog.pg_trigger AS g
            ON
                o.oid = g.tgrelid
                AND (NOT g.tgisinternal OR g.tgparentid <> 0)
                AND g.tgtype & 3 = 3 -- BEFORE, FOR EACH ROW
        WHERE m.root = c.oid AND (o.relkind = 'f' OR g.oid IS NOT NULL)
    ),
    c.oid IN (SELECT relid FROM rules),
    c.relrowsecurity,
    CASE WHEN c.relkind IN ('v', 'm') THEN (
        SELECT r.ev_action::text FROM pg_catalog.pg_rewrite AS r
        WHERE r.ev_class = c.oid AND r.rulename = '_RETURN'
    ) END
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND (
        c.oid = ANY (%(oids)s::oid [])
        OR NOT n.nspname ~ '^(pg_|information_schema$)'
    )
"""

# NOT NULL of a parent does not cover children that dropped it, and NOT VALID (PostgreSQL 18) does
# not cover older rows. PostgreSQL does not enforce NOT NULL of foreign tables. A child can generate
# a column by another expression than its parent.
ATTRIBUTES = """
WITH RECURSIVE attributes AS (
    SELECT
        a.*,
        a.attnotnull AND c.relkind <> 'f' AND coalesce(k.convalidated, true) AS is_not_null,
        coalesce(k.oid, 0) AS not_null_by,
        coalesce(k.coninhcount, 0) > 0 AS is_inherited,
        pg_catalog.pg_get_expr(x.adbin, x.adrelid) AS expression,
        x.adbin::text AS tree,
        coalesce(x.oid, 0) AS expression_by
    FROM pg_catalog.pg_attribute AS a
    INNER JOIN pg_catalog.pg_class AS c ON a.attrelid = c.oid
    INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
    LEFT JOIN pg_catalog.pg_constraint AS k
        ON a.attrelid = k.conrelid AND k.contype = 'n' AND a.attnum = ANY (k.conkey)
    LEFT JOIN pg_catalog.pg_attrdef AS x ON a.attrelid = x.adrelid AND a.attnum = x.adnum
    WHERE
        a.attnum > 0
        AND NOT a.attisdropped
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND (
            c.oid = ANY (%(oids)s::oid [])
            OR NOT n.nspname ~ '^(pg_|information_schema$)'
        )
), descendants (root, relid) AS (
    SELECT inhparent, inhrelid FROM pg_catalog.pg_inherits
    UNION
    SELECT d.root, i.inhrelid
    FROM descendants AS d
    INNER JOIN pg_catalog.pg_inherits AS i ON d.relid = i.inhparent
), inherited AS (
    SELECT
        p.attrelid, p.attnum,
        bool_and(a.is_not_null) AS is_not_null,
        max(a.not_null_by) FILTER (WHERE NOT a.is_inherited) AS not_null_by,
        bool_and(a.expression IS NOT DISTINCT FROM p.expression) AS is_alike
    FROM attributes AS p
    INNER JOIN descendants AS d ON p.attrelid = d.root
    INNER JOIN attributes AS a ON d.relid = a.attrelid AND p.attname = a.attname
    GROUP BY p.attrelid, p.attnum
)
SELECT
    a.attrelid, a.attnum, a.attname, a.atttypid, a.attndims,
    a.is_not_null AND coalesce(i.is_not_null, true),
    greatest(a.not_null_by, i.not_null_by),
    a.attgenerated <> '',
    a.expression_by,
    CASE WHEN a.attgenerated = '' OR coalesce(i.is_alike, true) THEN a.tree END
FROM attributes AS a
LEFT JOIN inherited AS i ON a.attrelid = i.attrelid AND a.attnum = i.attnum
ORDER BY a.attrelid, a.attnum
"""

FUNCTIONS = """
SELECT
    p.oid, p.proname, p.pronamespace = 'pg_catalog'::regnamespace, p.proisstrict,
    p.provolatile = 'v' OR EXISTS (
        SELECT FROM pg_catalog.pg_aggregate AS a
        INNER JOIN pg_catalog.pg_proc AS f
            ON f.oid IN (a.aggtransfn, a.aggfinalfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
        WHERE a.aggfnoid = p.oid AND f.provolatile = 'v'
    ),
    ARRAY(
        SELECT t.typname::text
        FROM unnest(p.proargtypes::oid []) WITH ORDINALITY AS a (type, number)
        INNER JOIN pg_catalog.pg_type AS t ON a.type = t.oid
        ORDER BY a.number
    ),
    p.prorettype,
    CASE WHEN NOT p.proretset THEN p.prosqlbody::text END
FROM pg_catalog.pg_proc AS p
WHERE p.oid = ANY (%s::oid [])
"""

OPERATORS = """
SELECT
    o.oid, o.oprname, o.oprnamespace = 'pg_catalog'::regnamespace,
    EXISTS (
        SELECT FROM pg_catalog.pg_amop AS a
        INNER JOIN pg_catalog.pg_am AS m ON a.amopmethod = m.oid
        WHERE a.amopopr IN (o.oid, o.oprnegate) AND m.amname IN ('btree', 'hash')
    ),
    ARRAY(
        SELECT typname::text FROM pg_catalog.pg_type WHERE oid IN (o.oprleft, o.oprright)
    )
FROM pg_catalog.pg_operator AS o
WHERE o.oid = ANY (%s::oid [])
"""

_RELATION_OID = re.compile(r" :relid (\d+)")
_FUNCTION_OID = re.compile(r" :(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)")
_OPERATOR_OID = re.compile(r" :opno (\d+)")


@dataclass(frozen=True)
class Attribute:
    """A column of a table or view.

    `expression` computes a generated column, and is None if children compute it otherwise; of other
    columns it is the default. `not_null_by` and `expression_by` are the OIDs of the constraint,
    which PostgreSQL has since version 18, and of the expression.
    """

    name: str
    type: int
    dims: int
    is_not_null: bool
    not_null_by: int = 0
    is_generated: bool = False
    expression_by: int = 0
    expression: Node | None = None


@dataclass(frozen=True)
class Relation:
    """A table or view.

    `is_plain`: no trigger or rule changes a row before it is stored. `has_rules`: another statement
    may run instead and return other rows. `has_policies`: row security is on. `query` is a view's.
    """

    oid: int
    schema: str
    name: str
    kind: str
    is_plain: bool
    has_rules: bool
    has_policies: bool
    query: Node | None
    attributes: Mapping[int, Attribute]

    @property
    def is_of_system(self) -> bool:
        return self.schema == "information_schema" or self.schema.startswith("pg_")


@dataclass(frozen=True)
class Catalog:
    """The part of the system catalogs that the analysis of some queries needs.

    If `as_of` is not 0, constraints and expressions with higher OIDs are ignored.
    """

    types: Types
    relations: Mapping[int, Relation] = field(default_factory=dict[int, Relation])
    functions: Mapping[int, Function] = field(default_factory=dict[int, Function])
    operators: Mapping[int, Operator] = field(default_factory=dict[int, Operator])
    as_of: int = 0

    def before(self, view: Relation) -> "Catalog":
        """The catalog for the rows of a materialized view.

        The last REFRESH may have been before a constraint that is younger than the view.
        """
        return replace(self, as_of=min(view.oid, self.as_of or view.oid))

    def attribute(self, relation: Relation, number: int) -> Attribute | None:
        """A column of a table, by its number."""
        now = relation.attributes.get(number)
        if now is None or not self.as_of:
            return now
        is_not_null = now.is_not_null and now.not_null_by < self.as_of
        expression = now.expression if now.expression_by < self.as_of else None
        return replace(now, is_not_null=is_not_null, expression=expression)


def fetch_types(connection: Connection) -> Types:
    """All types of the database."""
    return Types(
        Type(*_and(row, tuple((name, int(oid), int(dims)) for name, oid, dims in fields)))
        for *row, fields in _rows(connection, TYPES)
    )


def fetch_catalog(
    connection: Connection, types: Types, trees: Sequence[str], relations: Iterable[int]
) -> Catalog:
    """The objects that the node trees name, the `relations`, and all tables and views of users."""
    oids = list(_oids(_RELATION_OID, trees) | set(relations))
    relation_rows = _rows(connection, RELATIONS, {"oids": oids})
    attribute_rows = _rows(connection, ATTRIBUTES, {"oids": oids})
    inner = [row[-1] for row in (*relation_rows, *attribute_rows) if row[-1]]
    functions = _fetch_functions(connection, [*trees, *inner])
    trees = [*trees, *inner, *(row[-1] for row in functions if row[-1])]
    operators = _rows(connection, OPERATORS, [list(_oids(_OPERATOR_OID, trees))])
    attributes: dict[int, dict[int, Attribute]] = {}
    for relation, number, *row, tree in attribute_rows:
        attributes.setdefault(relation, {})[number] = Attribute(*_and(row, _only_node(tree)))
    return Catalog(
        types,
        {
            oid: Relation(oid, *_and(row, _only_node(rule), attributes.get(oid, {})))
            for oid, *row, rule in relation_rows
        },
        {
            oid: Function(*_and(row, tuple(types), result_type, _body(body)))
            for oid, *row, types, result_type, body in functions
        },
        {oid: Operator(*_and(row, tuple(types))) for oid, *row, types in operators},
    )


def _fetch_functions(connection: Connection, trees: Sequence[str]) -> list[tuple[Any, ...]]:
    """The functions that the trees call, and those that are called from there."""
    found: set[int] = set()
    rows: list[tuple[Any, ...]] = []
    while oids := _oids(_FUNCTION_OID, trees) - found:
        called = _rows(connection, FUNCTIONS, [list(oids)])
        found |= oids
        rows += called
        trees = [row[-1] for row in called if row[-1]]
    return rows


def _body(tree: str | None) -> Node | None:
    """The last query of BEGIN ATOMIC, or the one that RETURN is."""
    value = None if tree is None else parse_node_tree(tree)
    if isinstance(value, tuple):
        [queries] = value
        return next(reversed(nodes_of(queries)), None)
    return value if isinstance(value, Node) else None


def _only_node(tree: str | None) -> Node | None:
    """The node of an expression or of a rule, whose action is a list of one query."""
    if tree is None:
        return None
    value = parse_node_tree(tree)
    return value if isinstance(value, Node) else next(iter(nodes_of(value)), None)


def _oids(pattern: re.Pattern[str], trees: Iterable[str]) -> set[int]:
    return {int(oid) for tree in trees for oid in pattern.findall(tree)}


def _rows(
    connection: Connection, query: LiteralString, parameters: Params | None = None
) -> list[tuple[Any, ...]]:
    return connection.cursor(row_factory=tuple_row).execute(query, parameters).fetchall()


def _and(row: Sequence[Any], *more: object) -> list[Any]:
    return [*row, *more]
