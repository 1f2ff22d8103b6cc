"""The queries to the catalog; each selects the fields of a class of the model, in order."""

from typing import Final, LiteralString

# Excludes objects of PostgreSQL itself and of extensions.
_USER_OBJECTS: Final = """
    AND {schema} NOT IN ('pg_catalog', 'information_schema') AND {schema} !~ '^pg_(toast|temp)'
    AND NOT EXISTS (
        SELECT FROM pg_depend
        WHERE classid = '{catalog}'::regclass AND objid = {oid} AND deptype = 'e'
    )
"""


def _user_objects(
    schema: LiteralString, catalog: LiteralString, oid: LiteralString
) -> LiteralString:
    return (
        _USER_OBJECTS.replace("{schema}", schema)
        .replace("{catalog}", catalog)
        .replace("{oid}", oid)
    )


RELATIONS: Final = f"""
SELECT c.oid, n.nspname, c.relname, c.relkind, coalesce(obj_description(c.oid, 'pg_class'), ''),
    c.reltype,
    CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid, true) END
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') {_user_objects("n.nspname", "pg_class", "c.oid")}
ORDER BY n.nspname, c.relname
"""

_RELATION: Final = f"""
INNER JOIN pg_class AS c ON c.oid = x.{{table}} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
    {_user_objects("n.nspname", "pg_class", "c.oid")}
"""


def _of(table: LiteralString) -> LiteralString:
    return _RELATION.replace("{table}", table)


COLUMNS: Final = f"""
SELECT x.attrelid, x.attnum, x.attname, format_type(x.atttypid, x.atttypmod), x.atttypid,
    NOT x.attnotnull, pg_get_expr(d.adbin, d.adrelid), x.attidentity, x.attgenerated,
    coalesce(col_description(x.attrelid, x.attnum), '')
FROM pg_attribute AS x
{_of("attrelid")}
LEFT JOIN pg_attrdef AS d ON d.adrelid = x.attrelid AND d.adnum = x.attnum
WHERE x.attnum > 0 AND NOT x.attisdropped
ORDER BY n.nspname, c.relname, x.attnum
"""

CONSTRAINTS: Final = f"""
SELECT x.oid, x.conrelid, x.conname, x.contype, pg_get_constraintdef(x.oid, true),
    coalesce(x.conkey, '{{}}')::int[], x.confrelid, coalesce(x.confkey, '{{}}')::int[],
    coalesce(obj_description(x.oid, 'pg_constraint'), '')
FROM pg_constraint AS x
{_of("conrelid")}
WHERE x.contype IN ('p', 'u', 'f', 'c', 'x')
ORDER BY n.nspname, c.relname, position(x.contype::text IN 'pufxc'), x.conname
"""

INDEXES: Final = f"""
SELECT x.indexrelid, x.indrelid, i.relname, pg_get_indexdef(x.indexrelid),
    (x.indkey::int2[])[0:x.indnkeyatts - 1]::int[], x.indisunique, con.conname,
    coalesce(obj_description(x.indexrelid, 'pg_class'), '')
FROM pg_index AS x
INNER JOIN pg_class AS i ON i.oid = x.indexrelid
{_of("indrelid")}
LEFT JOIN pg_constraint AS con ON con.conindid = x.indexrelid AND con.contype IN ('p', 'u', 'x')
ORDER BY n.nspname, c.relname, i.relname
"""

TRIGGERS: Final = f"""
SELECT x.oid, x.tgrelid, x.tgname, pg_get_triggerdef(x.oid, true), x.tgfoid,
    array_remove(ARRAY[
        CASE WHEN x.tgtype & 4 > 0 THEN 'INSERT' END, CASE WHEN x.tgtype & 16 > 0 THEN 'UPDATE' END,
        CASE WHEN x.tgtype & 8 > 0 THEN 'DELETE' END,
        CASE WHEN x.tgtype & 32 > 0 THEN 'TRUNCATE' END
    ], NULL),
    x.tgattr::int2[]::int[], x.tgoldtable, x.tgnewtable,
    coalesce(obj_description(x.oid, 'pg_trigger'), '')
FROM pg_trigger AS x
{_of("tgrelid")}
WHERE NOT x.tgisinternal
ORDER BY n.nspname, c.relname, x.tgname
"""

POLICIES: Final = f"""
SELECT x.oid, x.polrelid, x.polname,
    concat_ws(
        ' ', CASE WHEN x.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
        'FOR', CASE x.polcmd
            WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
            WHEN 'd' THEN 'DELETE' ELSE 'ALL'
        END,
        'TO ' || (
            SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END, ', ')
            FROM unnest(x.polroles) AS r
        ),
        'USING (' || pg_get_expr(x.polqual, x.polrelid) || ')',
        'WITH CHECK (' || pg_get_expr(x.polwithcheck, x.polrelid) || ')'
    )
FROM pg_policy AS x
{_of("polrelid")}
ORDER BY n.nspname, c.relname, x.polname
"""

TYPES: Final = f"""
SELECT t.oid, n.nspname, t.typname, t.typtype, t.typarray,
    coalesce((
        SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
        FROM pg_enum AS e WHERE e.enumtypid = t.oid
    ), '{{}}'),
    CASE t.typtype
        WHEN 'd' THEN concat_ws(
            ' ', format_type(t.typbasetype, t.typtypmod),
            CASE WHEN t.typnotnull THEN 'NOT NULL' END, 'DEFAULT ' || t.typdefault,
            (
                SELECT string_agg(pg_get_constraintdef(oid, true), ' ' ORDER BY conname)
                FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'
            )
        )
        WHEN 'c' THEN (
            SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ')
            FROM (SELECT * FROM pg_attribute ORDER BY attnum) AS a
            WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        )
        ELSE ''
    END,
    coalesce(obj_description(t.oid, 'pg_type'), '')
FROM pg_type AS t
INNER JOIN pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_class AS c ON c.oid = t.typrelid
WHERE (t.typtype IN ('e', 'd') OR c.relkind = 'c') {_user_objects("n.nspname", "pg_type", "t.oid")}
ORDER BY n.nspname, t.typname
"""

FUNCTIONS: Final = f"""
SELECT p.oid, n.nspname, p.proname, pg_get_function_arguments(p.oid),
    coalesce(pg_get_function_result(p.oid), ''), l.lanname, p.prosecdef,
    CASE WHEN p.prokind = 'a' THEN 'an aggregate' ELSE pg_get_functiondef(p.oid) END,
    coalesce(obj_description(p.oid, 'pg_proc'), '')
FROM pg_proc AS p
INNER JOIN pg_namespace AS n ON n.oid = p.pronamespace
INNER JOIN pg_language AS l ON l.oid = p.prolang
WHERE true {_user_objects("n.nspname", "pg_proc", "p.oid")}
ORDER BY n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)
"""

# The owner has every privilege, so those are left out.
GRANTS: Final = f"""
SELECT x.catalog, x.oid, x.part,
    CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END AS grantee,
    string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
FROM (
    SELECT 'pg_class' AS catalog, oid, 0 AS part, relnamespace AS space, relowner AS owner,
        relacl AS acl
    FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL
    SELECT 'pg_class', c.oid, attnum, relnamespace, relowner, attacl
    FROM pg_attribute INNER JOIN pg_class AS c ON c.oid = attrelid
    WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL
    SELECT 'pg_proc', oid, 0, pronamespace, proowner, coalesce(proacl, acldefault('f', proowner))
    FROM pg_proc
) AS x
INNER JOIN pg_namespace AS n ON n.oid = x.space
CROSS JOIN LATERAL aclexplode(x.acl) AS a
WHERE a.grantee <> x.owner {_user_objects("n.nspname", "pg_class", "x.oid")}
GROUP BY x.catalog, x.oid, x.part, a.grantee
ORDER BY x.catalog, x.oid, x.part, grantee
"""

# The objects without which PostgreSQL does not drop a column: a default of another column, an
# index, a constraint, a trigger, a policy, a view by its rule, a function in standard SQL.
DEPENDENCIES: Final = """
SELECT DISTINCT
    CASE
        WHEN d.classid = 'pg_rewrite'::regclass THEN 'pg_class'
        WHEN d.classid = 'pg_attrdef'::regclass THEN 'pg_class'
        WHEN d.classid = 'pg_class'::regclass THEN 'pg_index'
        ELSE d.classid::regclass::text
    END,
    coalesce(r.ev_class, a.adrelid, d.objid), coalesce(a.adnum, 0)::text, d.refobjid, d.refobjsubid
FROM pg_depend AS d
LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
LEFT JOIN pg_attrdef AS a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
    AND coalesce(r.ev_class, 0) <> d.refobjid
    AND (a.adrelid, a.adnum) IS DISTINCT FROM (d.refobjid, d.refobjsubid)
ORDER BY 4, 5, 1, 2, 3
"""
