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

-- ?!? | since: 17
SELECT i, n, t FROM json_table(jsonb '[1, "a"]', '$[*]' COLUMNS (n FOR ORDINALITY, i integer PATH
'$', t text PATH '$.x'));

-- !
SELECT t FROM current_date AS t;

-- ?
SELECT s FROM nullif(1, 1) AS s;

-- ??
SELECT u.first, u.second FROM unnest(ARRAY(SELECT p FROM lists)) AS u;

-- ??
SELECT u.first, u.second FROM unnest(ARRAY[ROW(NULL, NULL)::pair]) AS u;

-- ??
SELECT u.one, u.two FROM unnest(ARRAY[ROW(NULL::integer, NULL::text)]) AS u (one integer, two text);

-- ??!
SELECT u.first, u.second, u.n FROM unnest(ARRAY(SELECT p FROM lists)) WITH ORDINALITY AS u (first,
second, n);

-- ?
SELECT s.alone FROM CAST(ROW(NULL) AS single) AS s;

-- ?
SELECT s.alone FROM unnest(ARRAY[ROW(NULL)::single]) AS s;

-- ?
SELECT u FROM unnest(ARRAY[ARRAY[1, NULL], ARRAY[2, 3]]) AS u;

-- !
SELECT u FROM unnest(ARRAY[ARRAY[1, 4], ARRAY[2, 3]]) AS u;

-- ?
SELECT u FROM unnest(ARRAY(SELECT kept FROM lists WHERE id = 1)) AS u;

-- ?
SELECT u FROM lists, unnest(ARRAY[lists.kept, lists.kept]) AS u WHERE lists.id = 1;

-- !
SELECT u FROM unnest(ARRAY(SELECT id FROM a)::bigint[]) AS u;

-- ? | since: 18
SELECT u FROM unnest(ARRAY(SELECT CASE WHEN document = 'null' THEN document ELSE '1' END FROM
lists)::integer[]) AS u;

-- !
SELECT u FROM unnest(ARRAY(SELECT document FROM lists)::text[]) AS u;

-- ?
SELECT u FROM unnest(ARRAY['ok', 'sad']::mood[]::integer[]) AS u;

-- !?! | since: 17
SELECT n, m, x FROM json_table(jsonb '[{"l": []}, {"l": [1]}]', '$[*]' COLUMNS (n FOR ORDINALITY,
NESTED PATH '$.l[*]' COLUMNS (m FOR ORDINALITY))) AS t, generate_series(1, 1) AS x;

-- ?
SELECT b_id FROM (a LEFT JOIN (SELECT id AS b_id, a_id FROM b) AS b ON b.a_id = a.id) FULL JOIN
(SELECT id AS b_id FROM c) AS c USING (b_id);

-- !!?
SELECT id, bigger.id, o FROM a FULL JOIN b USING (id) FULL JOIN (SELECT c.id::bigint FROM c) AS
bigger USING (id) WHERE bigger.id > 0;

-- !
SELECT id FROM a FULL JOIN b USING (id) FULL JOIN c USING (id);

-- !
SELECT id FROM a FULL JOIN (SELECT c.id::bigint FROM c) AS c USING (id);

-- !
SELECT id FROM a NATURAL FULL JOIN (SELECT id FROM c) AS c;
