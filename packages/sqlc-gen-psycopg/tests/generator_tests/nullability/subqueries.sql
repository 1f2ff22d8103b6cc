-- !!!
SELECT EXISTS (SELECT FROM b), ARRAY(SELECT o FROM b), (SELECT count(*) FROM b);

-- ~?? | why: rows that are there
SELECT (SELECT id FROM b LIMIT 1), (SELECT id FROM empty), (SELECT max(id) FROM empty);

-- ?~ | why: GROUP BY of no rows
SELECT (SELECT count(*) FROM b HAVING false), (SELECT count(*) FROM b GROUP BY k LIMIT 1);

-- ??!
SELECT (SELECT count(*) FROM b LIMIT 0), (SELECT count(*) FROM b OFFSET 1), (SELECT count(*) FROM
b LIMIT 1);

-- !!?
SELECT (SELECT coalesce(max(o), 0) FROM empty), (SELECT 1), (SELECT 1 WHERE false);

-- !??
SELECT (SELECT a.id), (SELECT a.x), (SELECT a.x FROM b WHERE b.id = 1) FROM a;

-- !
SELECT (SELECT a.x) FROM a WHERE a.x = 1;

-- ?
SELECT (SELECT b.k) FROM a LEFT JOIN b ON a.id = b.a_id;

-- !??
SELECT id IN (SELECT id FROM b), id IN (SELECT o FROM b), x IN (SELECT id FROM b) FROM a;

-- !?!
SELECT id NOT IN (SELECT id FROM b), id = ALL (SELECT o FROM b WHERE o IS NULL), id > ALL (SELECT
id FROM b) FROM a;

-- !?
SELECT (id, id) IN (SELECT id, id FROM b), (id, 1) IN (SELECT id, o FROM b) FROM a;

-- ???? | with: 0
SELECT (SELECT count(*) FROM a LIMIT $1::bigint + 0), (SELECT count(*) FROM a LIMIT 1 - 1), (SELECT
count(*) FROM a LIMIT 0.4), (SELECT count(*) FROM a OFFSET 1);

-- !!!!!
SELECT (SELECT count(*) FROM a LIMIT 2), (SELECT count(*) FROM a LIMIT ALL), (SELECT count(*) FROM a
FETCH FIRST ROW ONLY), (SELECT count(*) FROM a OFFSET 0 LIMIT '1'), (SELECT 1 LIMIT NULL);
