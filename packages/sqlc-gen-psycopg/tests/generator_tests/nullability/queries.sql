-- !?
SELECT s.i, s.y FROM (SELECT id AS i, x AS y FROM a OFFSET 0) AS s;

-- !?
WITH s AS (SELECT id, x FROM a) SELECT id, x FROM s;

-- !!?
WITH s AS (SELECT id, x FROM a WHERE x > 0) SELECT s.id, s.x, b.k FROM s LEFT JOIN b ON s.id =
b.a_id + 9;

-- ~! | why: max of rows that are there
WITH s AS (SELECT id FROM a), t AS (SELECT id FROM s) SELECT (SELECT max(id) FROM t), id FROM t;

-- !!
WITH RECURSIVE r (i, t) AS (SELECT 1, 'a' UNION ALL SELECT i + 1, t FROM r WHERE i < 3) SELECT i,
t FROM r;

-- !?
WITH RECURSIVE r (i, t) AS (SELECT 1, 'a' UNION ALL SELECT i + 1, NULL FROM r WHERE i < 3) SELECT
i, t FROM r;

-- ??
WITH RECURSIVE r (i, j) AS (SELECT 1, 1 UNION ALL SELECT j, NULL FROM r WHERE i < 3) SELECT i, j
FROM r;

-- !!
WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3) SEARCH DEPTH FIRST BY
i SET o SELECT i, o FROM r;

-- !!!
WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT 3 - i FROM r) CYCLE i SET is_cycle USING path
SELECT i, is_cycle, path FROM r;

-- !?
SELECT column1, column2 FROM (VALUES (1, 'a'), (2, NULL)) AS v;

-- !?
VALUES (1, NULL), (2, 'b');

-- !
SELECT id FROM a UNION SELECT id FROM b;

-- ?
SELECT id FROM a UNION ALL SELECT o FROM b;

-- !?
SELECT id, NULL::integer FROM a UNION SELECT id, id FROM b;

-- ?
SELECT x FROM a INTERSECT SELECT o FROM b;

-- !
SELECT x FROM a INTERSECT SELECT id FROM b;

-- ?
SELECT x FROM a EXCEPT SELECT id FROM b WHERE id = 1;

-- !
SELECT id FROM a EXCEPT SELECT o FROM b;

-- !
(SELECT id FROM a UNION SELECT id FROM b) EXCEPT SELECT x FROM a;

-- ?
SELECT u.i FROM (SELECT id AS i FROM a UNION ALL SELECT z FROM c) AS u;

-- ?!
SELECT DISTINCT ON (x) x, id FROM a ORDER BY x;

-- !
SELECT i FROM generate_series(1, 3) AS i;

-- !!
SELECT i, n FROM generate_series(1, 3) WITH ORDINALITY AS g (i, n);

-- ?!
SELECT t, i FROM a, unnest(tags) WITH ORDINALITY AS u (t, i);

-- !
SELECT i FROM unnest(ARRAY[1, 2]) AS i;

-- ?
SELECT i FROM unnest(ARRAY[1, NULL]) AS i;

-- ?? | with: [1, None], ['a']
SELECT i, t FROM unnest($1::integer[], $2::text[]) AS u (i, t);

-- ?~ | why: which is longer
SELECT i, j FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS g (i, j);

-- !
SELECT generate_series(1, 2);

-- ?~ | why: which is longer
SELECT generate_series(1, 2), generate_series(1, 3);

-- ?
SELECT unnest(tags) FROM a;

-- ??
SELECT id, k FROM rows_of_b();

-- ~? | why: the body is not read
SELECT one, two FROM pairs();

-- !!
SELECT key, value FROM a, jsonb_each(data) WHERE id < 4;

-- !?
SELECT key, value FROM a, jsonb_each_text(data) WHERE id < 4;

-- !
SELECT value FROM jsonb_array_elements('[1, null]') AS j (value);

-- ?
SELECT value FROM jsonb_array_elements_text('[1, null]') AS j (value);

-- ~? | why: JSON
SELECT i, n FROM jsonb_to_recordset('[{"i": 1}]') AS j (i integer, n text);

-- !
SELECT w FROM string_to_table('a b', ' ') AS w;

-- ?
SELECT w FROM string_to_table('a b', ' ', 'a') AS w;

-- !
SELECT m FROM regexp_matches('ab', '(a)(x)?', 'g') AS m;

-- ?~? | since: 17 | why: an ordinality in NESTED is NULL
SELECT i, n, t FROM json_table(jsonb '[1, "a"]', '$[*]' COLUMNS (n FOR ORDINALITY, i integer PATH
'$', t text PATH '$.x'));

-- !
SELECT t FROM current_date AS t;

-- ?
SELECT s FROM nullif(1, 1) AS s;
