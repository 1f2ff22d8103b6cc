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
