-- !!!!!!
SELECT row_number() OVER (), rank() OVER (), dense_rank() OVER (), ntile(2) OVER (),
percent_rank() OVER (), cume_dist() OVER () FROM b;

-- !!?
SELECT count(*) OVER (), sum(id) OVER (), sum(o) OVER (ORDER BY id DESC) FROM b;

-- ??!?
SELECT lag(id) OVER w, lead(id) OVER w, lag(id, 1, 0) OVER w, lag(o, 1, 0) OVER w FROM b WINDOW w
AS (ORDER BY id);

-- ?? | with: None
SELECT lag(id, 1, NULL) OVER w, ntile($1) OVER w FROM b WINDOW w AS (ORDER BY id);

-- !!??
SELECT first_value(id) OVER w, last_value(k) OVER w, nth_value(id, 2) OVER w, first_value(o) OVER
(ORDER BY id DESC) FROM b WINDOW w AS (ORDER BY id);

-- !
SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM b;

-- ?
SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) FROM b;

-- ?
SELECT first_value(id) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) FROM b;

-- ?
SELECT sum(id) OVER (PARTITION BY a_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
EXCLUDE CURRENT ROW) FROM b;

-- !
SELECT sum(id) OVER (PARTITION BY a_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
EXCLUDE TIES) FROM b;

-- ~? | why: FILTER
SELECT sum(id) FILTER (WHERE o > 1) OVER (), sum(id) FILTER (WHERE o > 9) OVER () FROM b;

-- !!
SELECT array_agg(o) OVER (ORDER BY id), max(sum(id)) OVER () FROM b GROUP BY id, o;

-- ????
SELECT CASE WHEN o IS NOT NULL THEN first_value(o) OVER (ORDER BY id DESC) ELSE 0 END, CASE WHEN o >
0 THEN last_value(o) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) ELSE 0 END,
CASE WHEN o > 0 THEN lag(o, 1, 0) OVER w ELSE 0 END, CASE WHEN o IS NULL THEN '' ELSE
lead(o::text, 1, '') OVER w END FROM b WINDOW w AS (ORDER BY id);

-- !!
SELECT CASE WHEN o > 0 THEN lag(id, 1, o) OVER w ELSE 0 END, CASE WHEN o > 0 THEN max(o) OVER w ELSE
0 END FROM b WINDOW w AS (ORDER BY id);

-- ?
SELECT CASE WHEN max(o) IS NOT NULL THEN lag(max(o), 1, 0) OVER (ORDER BY a_id) ELSE 0 END FROM b
GROUP BY a_id;

-- ?
SELECT CASE WHEN b.id IS NOT NULL THEN first_value(b.k) OVER (ORDER BY a.id DESC) ELSE '' END FROM a
LEFT JOIN b ON a.id = b.a_id;

-- ~ | why: WHERE holds for all rows, but is not asked what CASE is
SELECT CASE WHEN o > 0 THEN ntile(o) OVER (ORDER BY id) ELSE 0 END FROM b WHERE o IS NOT NULL OR id
IS NULL;

-- !?
SELECT CASE WHEN o > 0 THEN first_value(o) OVER (PARTITION BY o ORDER BY id DESC) ELSE 0 END, CASE
WHEN o > 0 THEN first_value(a_id + o) OVER (PARTITION BY a_id ORDER BY id DESC) ELSE 0 END FROM b;
