-- !!????
SELECT count(*), count(o), sum(id), max(k), bool_and(true), array_agg(id) FROM empty;

-- ?!!?!
SELECT n, count(*), sum(a.id), sum(x), max(k) FROM a, b GROUP BY n;

-- !!!!!
SELECT id, string_agg(k, ','), string_agg(k, NULL), array_agg(o), jsonb_agg(o) FROM b GROUP BY id;

-- !?!
SELECT a_id, sum(id) FILTER (WHERE o > 1), count(*) FILTER (WHERE o > 1) FROM b GROUP BY a_id;

-- !!??!
SELECT a_id, stddev_pop(id), stddev(id), variance(id), var_pop(id) FROM b GROUP BY a_id;

-- !!!!!!
SELECT id, avg(id), bool_or(id > 1), any_value(id), mode() WITHIN GROUP (ORDER BY id),
percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM b GROUP BY id;

-- ?!
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id), rank(1) WITHIN GROUP (ORDER BY id) FROM
empty;

-- !
SELECT max(o) FROM b GROUP BY id HAVING max(o) IS NOT NULL;

-- !~ | why: of one column
SELECT max(o) + 1, min(o) FROM b GROUP BY a_id HAVING max(o) > 0;

-- !!
SELECT o, count(*) FROM b GROUP BY o HAVING o > 0;

-- !!!
SELECT id, k, max(id) FROM b GROUP BY id;

-- !!
SELECT id + 1, (id + 1) * 2 FROM b GROUP BY id + 1;

-- ??!
SELECT k, id, sum(id) FROM b GROUP BY GROUPING SETS ((k), (id));

-- ??~! | why: ROLLUP of no rows
SELECT k, id, sum(id), grouping(k) FROM b GROUP BY ROLLUP (k, id);

-- !?!
SELECT k, id, sum(id) FROM b GROUP BY k, ROLLUP (id);

-- ??
SELECT k, id FROM b GROUP BY CUBE (k, id);

-- ??!
SELECT k || 'a', upper(k), coalesce(k, '') FROM b GROUP BY ROLLUP (k);

-- ?
SELECT id + 1 FROM b GROUP BY ROLLUP (id + 1);

-- !!
SELECT k, max(k) FROM b GROUP BY GROUPING SETS ((k), (k, id));

-- !
SELECT k FROM b GROUP BY ROLLUP (k) HAVING k IS NOT NULL;

-- ?
SELECT k FROM b WHERE k IS NOT NULL GROUP BY ROLLUP (k);

-- ?
SELECT (SELECT b.k) FROM b GROUP BY ROLLUP (b.k);

-- ?
SELECT sum(id) FROM empty GROUP BY ();

-- ?
SELECT sum(id) FROM empty GROUP BY ROLLUP (id);

-- !!
SELECT b.k, count(a.id) FROM b LEFT JOIN a ON a.id = b.a_id GROUP BY b.id;

-- !??
SELECT a.id, max(b.k), max(b.id) FROM a LEFT JOIN b ON a.id = b.a_id GROUP BY a.id;

-- ??
SELECT json_arrayagg(o), json_objectagg(k VALUE o) FROM empty;

-- !!!
SELECT id, json_arrayagg(o NULL ON NULL), json_objectagg(k VALUE o) FROM b GROUP BY id;

-- ?! | with: None
SELECT $1::integer, count(*) FROM a WHERE x = $1;

-- ?! | with: None
SELECT $1::integer, count(*) FROM a WHERE x = $1 GROUP BY ROLLUP (x);

-- !?
SELECT a.id, l.y FROM a LEFT JOIN LATERAL (SELECT count(*), a.x AS y FROM b WHERE b.id = a.x) AS l ON true;

-- !!!
SELECT sum(id ORDER BY o), array_agg(o ORDER BY id), string_agg(k, ',' ORDER BY o) FROM b GROUP BY a_id;

-- ??
SELECT upper(n), count(*) + length(n) FROM a WHERE upper(n) <> '' AND length(n) > 0 GROUP BY
GROUPING SETS ((n), (id));

-- ??
SELECT x + 1, (SELECT x + 1) FROM a WHERE x + 1 > 0 GROUP BY GROUPING SETS ((x), (id));

-- !?
SELECT upper(n), n FROM a WHERE upper(n) <> '' GROUP BY GROUPING SETS ((upper(n), n), (upper(n)));

-- !
SELECT upper(n) FROM a WHERE upper(n) <> '' GROUP BY GROUPING SETS ((n, id), (n));

-- ?
SELECT CASE WHEN nullif(id, a_id) IS NOT NULL THEN max(nullif(id, a_id)) ELSE 0 END FROM b WHERE id
= a_id GROUP BY GROUPING SETS ((id), (id, a_id));

-- ~ | why: HAVING is not believed of the rows of the group
SELECT max(upper(n)) FROM a GROUP BY GROUPING SETS ((n), (n, id)) HAVING n > '';

-- !
SELECT sum((SELECT a.x)) FROM a WHERE x > 0 GROUP BY id;
