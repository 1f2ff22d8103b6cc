-- !!??
SELECT 1, 'a', NULL, NULL::text;

-- !? | with: 1, None
SELECT $1::integer, $2::text;

-- !? | with: 'a', None
SELECT $1 || 'x', $2 || 'x';

-- !??
SELECT id + 1, x + 1, id + x FROM a;

-- !??!
SELECT id = 1, x = 1, x > id, id <> 2 FROM a;

-- ?!!
SELECT n || 'a', 'a' || id, tags || 'z'::text FROM a;

-- !!?!
SELECT opts || 1, 1 || opts, opts || opts, opts || '{1}' FROM a;

-- ????
SELECT data -> 'a', data ->> 'a', data #> '{a}', data #>> '{a}' FROM a;

-- !!!!
SELECT data || '{}', data @> '{}', data ? 'a', data #- '{a}' FROM a WHERE id < 4;

-- ??
SELECT data @? 'strict $.b', data @@ '$.a' FROM a;

-- ?!?
SELECT tags[1], (tags)[1:1], data['a'] FROM a;

-- !!!??
SELECT tags[2:1], tags[:2], tags[2:][1], opts[1:2], tags[:x] FROM a;

-- !!??
SELECT tags @> '{a}', tags && '{a}', 'a' = ANY (tags), 'a' = ANY (opts::text[]) FROM a;

-- !??!?
SELECT id IN (1, 2), x IN (1, 2), id IN (1, NULL), id = ANY ('{1,2}'), id = ANY ('{1,NULL}') FROM
a;

-- ?? | with: [9, None], None
SELECT id = ANY ($1), id = ALL ($2::integer[]) FROM a;

-- !?
SELECT id = ANY (ARRAY(SELECT id FROM b)), id = ANY (ARRAY(SELECT o FROM b)) FROM a;

-- ?!!!
SELECT n LIKE 'o%', k LIKE 'k%', k ~ 'k', NOT k ILIKE 'x' FROM a, b;

-- !!!!
SELECT id IS NULL, x IS NOT NULL, (x > 1) IS TRUE, x IS DISTINCT FROM id FROM a;

-- !???
SELECT id > 1 AND id < 3, x > 1 AND id < 3, x > 1 OR id < 3, NOT x > 1 FROM a;

-- !?!
SELECT (id, id) < (2, 2), (id, x) < (2, 2), (id, id) = (2, 2) FROM a;

-- !!!
SELECT ROW(id, x), ARRAY[id, x], ARRAY[x] FROM a;

-- !!!!
SELECT r @> 1, r && r, r << r, r * r FROM a;

-- !!!
SELECT at - interval '1 day', at < now(), at AT TIME ZONE 'UTC' FROM a;

-- !?
SELECT point '(1,1)' <-> point '(2,2)', lseg '[(0,0),(1,1)]' # lseg '[(5,5),(6,7)]';

-- ?!
SELECT n COLLATE "C", k COLLATE "C" FROM a, b;

-- ?!!!!
SELECT l # m, l <-> m, l ?# m, l = m, l IS DISTINCT FROM m FROM (VALUES (lseg '[(0,0),(1,0)]', lseg
'[(0,1),(1,1)]')) AS v (l, m);

-- ???!!
SELECT p + p, path '[(1,1)]' <-> path '[(1,1)]', area(path '[(0,0),(1,1)]'), area(box '(1,1),(2,2)'),
npoints(p) FROM (VALUES (path '((0,0),(1,1))')) AS v (p);
