-- !!?
INSERT INTO b (id, a_id, k) VALUES (10, 1, 'x') RETURNING id, k, o;

-- ! | with: 1
INSERT INTO b (id, a_id, k, o) VALUES (10, 1, 'x', $1) RETURNING o;

-- ? | with: None
INSERT INTO b (id, a_id, k, o) VALUES (10, 1, 'x', $1) RETURNING o;

-- !?
INSERT INTO b VALUES (10, 1, 'x', 1), (11, 1, 'x', NULL) RETURNING k, o;

-- !!
INSERT INTO b VALUES (10, 1, 'x', 1), (11, 1, 'x', 2) RETURNING k, o;

-- !?
INSERT INTO b VALUES (10, 1, 'x', DEFAULT), (11, 1, 'x', 2) RETURNING k, o;

-- !?!!!?
INSERT INTO b SELECT id + 10, id, 'x', x FROM a RETURNING k, o, b.*;

-- !!!
INSERT INTO b SELECT id + 10, id, 'x', id FROM a RETURNING o, o + 1, b;

-- ?
INSERT INTO b (id, a_id, k, o) VALUES (1, 1, 'x', 1) ON CONFLICT (id) DO UPDATE SET o = NULL
RETURNING o;

-- !
INSERT INTO b (id, a_id, k, o) VALUES (1, 1, 'x', 1) ON CONFLICT (id) DO UPDATE SET o = excluded.o
RETURNING o;

-- !?
INSERT INTO b (id, a_id, k, o) VALUES (2, 1, 'x', 1) ON CONFLICT (id) DO UPDATE SET k = excluded.k
RETURNING k, o;

-- ?
INSERT INTO b (id, a_id, k, o) VALUES (2, 1, 'x', 1) ON CONFLICT (id) DO UPDATE SET o = b.o + 1
RETURNING o;

-- !
INSERT INTO b (id, a_id, k, o) VALUES (1, 1, 'x', 1), (9, 1, 'y', 1) ON CONFLICT (id) DO NOTHING
RETURNING o;

-- !?
INSERT INTO erased VALUES (2, 2) RETURNING id, o;

-- !??!?
INSERT INTO a (id, x) VALUES (11, 1), (10, NULL) RETURNING g, gx, x, req, n;

-- !!~? | why: of a generated column's new row
INSERT INTO a (id, x) VALUES (10, 1) RETURNING g, x, gx, p;

-- !
INSERT INTO parted VALUES (1, 1) RETURNING v;

-- ?~ | why: a view's triggers
INSERT INTO renamed (two) VALUES (10) RETURNING one, two;

-- !!?
UPDATE b SET k = 'x' RETURNING id, k, o;

-- !
UPDATE b SET o = 1 RETURNING o;

-- ?
UPDATE b SET o = o + 1 RETURNING o;

-- !
UPDATE b SET o = o + 1 WHERE o > 0 RETURNING o;

-- ??
UPDATE b SET o = NULL WHERE o > 0 RETURNING o, o + 1;

-- !
UPDATE b SET k = 'x' WHERE o > 0 RETURNING o;

-- ~! | why: a subquery of rows
UPDATE b SET (o, k) = (SELECT 1, 'x' WHERE b.id = 1) WHERE id = 1 RETURNING o, k;

-- ?
UPDATE erased SET id = 3 WHERE o > 0 RETURNING o;

-- ?
UPDATE erased SET o = 3 RETURNING o;

-- ??!
UPDATE a SET x = NULL WHERE x > 0 AND upper(n) = 'ONE' RETURNING x, gx, upper(n);

-- !?!
UPDATE b SET k = 'x' FROM a WHERE a.x = b.o RETURNING a.x, a.n, b.o;

-- !?
UPDATE b SET k = 'x' FROM a LEFT JOIN c ON a.id = c.b_id WHERE a.id = b.a_id RETURNING a.id, c.id;

-- !?
DELETE FROM b RETURNING id, o;

-- !!!
DELETE FROM b WHERE o > 0 RETURNING id, o, o + 1;

-- !??
DELETE FROM b USING a WHERE a.id = b.a_id RETURNING a.id, a.x, b.o;

-- !?
WITH d AS (DELETE FROM b RETURNING id, o) SELECT id, o FROM d;

-- !!?
WITH i AS (INSERT INTO b VALUES (10, 1, 'x', 1) RETURNING *) SELECT i.id, i.o, a.x FROM i, a;

-- ?!!!! | since: 18
UPDATE b SET o = 7 RETURNING old.o, new.o, old.id, o, old;

-- !? | since: 18
UPDATE b SET o = NULL WHERE o > 0 RETURNING old.o, new.o;

-- ?!? | since: 18
INSERT INTO b VALUES (10, 1, 'x', 1) RETURNING old.id, new.id, old;

-- ?! | since: 18
INSERT INTO b VALUES (10, 1, 'x', 1), (1, 1, 'y', 1) ON CONFLICT (id) DO UPDATE SET k = 'z'
RETURNING old.id, new.id;

-- !?? | since: 18
DELETE FROM b RETURNING old.id, new.id, old.o;

-- !!!? | since: 17
MERGE INTO b USING a ON b.a_id = a.id WHEN MATCHED THEN UPDATE SET k = 'x' RETURNING
merge_action(), a.id, b.k, b.o;

-- !?!? | since: 17
MERGE INTO b USING a ON b.a_id = a.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES
(a.id + 10, a.id, 'x') RETURNING a.id, a.n, b.id, b.o;

-- ?! | since: 17
MERGE INTO b USING a ON b.a_id = a.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED BY SOURCE THEN
UPDATE SET k = 'x' RETURNING a.id, b.id;

-- !! | since: 17
MERGE INTO b USING a ON b.a_id = a.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED BY SOURCE THEN DO
NOTHING RETURNING a.id, b.id;

-- ??! | since: 18
MERGE INTO b USING a ON b.a_id = a.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES
(a.id + 10, a.id, 'x') RETURNING old.id, new.id, b.id;

-- !!~ | since: 18 | why: of each action
MERGE INTO b USING a ON b.a_id = a.id WHEN MATCHED THEN UPDATE SET o = 1 RETURNING old.id, new.id,
new.o;

-- !? | since: 17
MERGE INTO b USING (a LEFT JOIN c ON a.id = c.b_id) ON b.a_id = a.id WHEN MATCHED THEN DELETE
RETURNING a.id, c.id;

-- ?
UPDATE b SET k = 'x', a_id = 1, o = (SELECT b.o + 1) RETURNING o;

-- ??!
WITH u AS (UPDATE a SET n = 'x', x = (SELECT length(a.n)) RETURNING x, n) SELECT x, (SELECT u.x), n
FROM u WHERE n = '' OR x IS NULL OR x > 0;

-- ?
UPDATE a SET n = 'x', x = (SELECT s.v FROM (SELECT length(a.n) AS v) AS s) RETURNING x;

-- ?
UPDATE a SET n = 'x', x = (WITH w AS (SELECT length(a.n) AS v) SELECT v FROM w) RETURNING x;

-- ?
UPDATE a SET n = 'x', x = CASE WHEN EXISTS (SELECT 1) THEN (SELECT length(a.n)) END RETURNING x;

-- !!
UPDATE a SET n = 'x', x = (SELECT length(a.n)) WHERE n <> '' RETURNING x, (SELECT a.n);

-- ?!
INSERT INTO b VALUES (2, 1, 'x', 1) ON CONFLICT (id) DO UPDATE SET k = 'z', o = (SELECT b.o)
RETURNING o, (SELECT b.k);

-- !
INSERT INTO b VALUES (2, 1, 'x', 1) ON CONFLICT (id) DO UPDATE SET o = (SELECT excluded.o) RETURNING
o;

-- ?? | since: 18
UPDATE a SET n = 'x', x = (SELECT length(a.n)) RETURNING x, (SELECT old.n);

-- ??
UPDATE ruled SET o = 5 RETURNING o, (SELECT ruled.o);

-- ?
DELETE FROM ruled WHERE o > 0 RETURNING o;

-- ?
INSERT INTO ruled VALUES (7, 7) RETURNING o;

-- ?
DELETE FROM ruled_view WHERE o > '' RETURNING o;

-- ?
INSERT INTO guarded VALUES (1, 1) RETURNING v;

-- ?
UPDATE parted SET v = v + 1 RETURNING v;

-- !
UPDATE parted SET v = 1 RETURNING v;

-- !?!!
INSERT INTO filled (id) VALUES (2) RETURNING n, o, at, id;

-- !!
INSERT INTO filled (id, n, at) VALUES (2, DEFAULT, DEFAULT) RETURNING n, at;

-- !!
UPDATE filled SET n = DEFAULT, at = DEFAULT RETURNING n, at;

-- ?
UPDATE filled SET o = DEFAULT RETURNING o;

-- !?
INSERT INTO filled (id, n, o) VALUES (2, DEFAULT, DEFAULT), (3, 7, 7) RETURNING n, o;
