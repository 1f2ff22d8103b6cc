-- name: Subquery :many
SELECT s.i, s.y FROM (SELECT p.id AS i, p.boss_id AS y FROM people AS p OFFSET 0) AS s;

-- name: Cte :many
WITH s AS (SELECT id, boss_id FROM people) SELECT s.id, s.boss_id FROM s;

-- name: CteWithCondition :many
WITH s AS (SELECT p.id, p.boss_id FROM people AS p WHERE p.boss_id > 0)
SELECT s.id, s.boss_id, o.code FROM s LEFT JOIN orders AS o ON s.id = o.person_id;

-- name: CteOfCte :many
WITH s AS (SELECT id, nick FROM people), t AS (SELECT s.id, s.nick FROM s WHERE s.nick <> '') SELECT t.id, t.nick FROM t;

-- name: CteMaterialized :many
WITH s AS MATERIALIZED (SELECT * FROM orders) SELECT * FROM s;

-- name: CteColumns :many
WITH s (i, y) AS (SELECT id, boss_id FROM people) SELECT s.i, s.y FROM s;

-- name: Recursive :many
WITH RECURSIVE chain (id, boss_id, depth) AS (
    SELECT p.id, p.boss_id, 0 FROM people AS p WHERE p.id = sqlc.arg(id)
    UNION ALL
    SELECT p.id, p.boss_id, c.depth + 1 FROM people AS p JOIN chain AS c ON p.id = c.boss_id
)
SELECT chain.id, chain.boss_id, chain.depth FROM chain;

-- name: RecursiveWithNull :many
WITH RECURSIVE r (i, t) AS (SELECT 1, 'a' UNION ALL SELECT r.i + 1, NULL FROM r WHERE r.i < 3) SELECT r.i, r.t FROM r;

-- name: RecursiveSearch :many
WITH RECURSIVE tree AS (
    SELECT p.id, ARRAY[p.name] AS path FROM people AS p WHERE p.boss_id IS NULL
    UNION ALL
    SELECT p.id, t.path || p.name FROM people AS p JOIN tree AS t ON p.boss_id = t.id
)
SELECT tree.id, tree.path FROM tree;

-- name: RecursiveCycle :many
WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT 3 - r.i FROM r) CYCLE i SET is_cycle USING path SELECT i, is_cycle FROM r;

-- name: ValuesInFrom :many
SELECT v.i, v.t FROM (VALUES (1, 'a'), (2, NULL)) AS v (i, t);

-- name: UnionOfKeys :many
SELECT id FROM people UNION SELECT id FROM orders;

-- name: UnionAll :many
SELECT id FROM people UNION ALL SELECT order_id FROM lines;

-- name: UnionWithNull :many
SELECT id, NULL::bigint AS other FROM people UNION SELECT id, person_id FROM orders;

-- name: UnionOfTexts :many
SELECT 'person' AS kind, name AS title, nick AS note FROM people UNION ALL SELECT 'order', code, NULL FROM orders ORDER BY title;

-- name: Intersect :many
SELECT boss_id FROM people INTERSECT SELECT order_id FROM lines;

-- name: Without :many
SELECT boss_id FROM people EXCEPT SELECT id FROM orders WHERE id = 1;

-- name: UnionInFrom :many
SELECT u.i FROM (SELECT p.id AS i FROM people AS p UNION ALL SELECT l.quantity FROM lines AS l) AS u;

-- name: DeleteInCte :many
WITH d AS (DELETE FROM orders RETURNING id, amount) SELECT d.id, d.amount FROM d;

-- name: InsertInCte :one
WITH i AS (INSERT INTO stock (sku, quantity) VALUES (sqlc.arg(sku), sqlc.arg(quantity)) RETURNING sku, quantity, note)
SELECT i.sku, i.quantity, i.note FROM i;

-- name: UpdateInCte :many
WITH u AS (UPDATE stock SET note = 'x' RETURNING sku, note) SELECT u.sku, u.note, s.note AS old_note FROM u JOIN stock AS s USING (sku);

-- name: MoveInCte :many
WITH gone AS (DELETE FROM lines WHERE order_id IS NULL RETURNING id, quantity),
kept AS (INSERT INTO lines (id, quantity) SELECT gone.id + 100, gone.quantity FROM gone RETURNING id, quantity, order_id)
SELECT kept.id, kept.quantity, kept.order_id FROM kept;

-- name: ValuesCommand :many
VALUES (1, 'a'), (2, NULL);

-- name: TwoUpdates :many
WITH a AS (UPDATE stock SET quantity = 1 WHERE sku = sqlc.arg(a) RETURNING sku), b AS (UPDATE stock SET quantity = 2 WHERE sku = sqlc.arg(b) RETURNING sku)
SELECT a.sku FROM a UNION ALL SELECT b.sku FROM b;

-- name: UnionStar :many
SELECT * FROM orders UNION ALL SELECT * FROM orders;

-- name: StarRecursive :many
WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT * FROM r;
