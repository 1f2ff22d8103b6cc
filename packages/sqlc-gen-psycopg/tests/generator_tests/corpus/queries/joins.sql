-- Not here: sqlc.embed of a CTE or of a subquery, which the generator refuses.

-- name: Inner :many
SELECT p.id, o.id AS order_id, o.amount FROM people AS p JOIN orders AS o ON p.id = o.person_id;

-- name: CommaJoin :many
SELECT p.nick, o.code FROM people AS p, orders AS o WHERE p.id = o.person_id;

-- name: CrossJoin :many
SELECT p.nick, o.code FROM people AS p CROSS JOIN orders AS o;

-- name: LeftJoin :many
SELECT p.id, o.id AS order_id, o.code, o.amount FROM people AS p LEFT JOIN orders AS o ON p.id = o.person_id;

-- name: RightJoin :many
SELECT p.id, o.id AS order_id, o.code FROM people AS p RIGHT JOIN orders AS o ON p.id = o.person_id;

-- name: FullJoin :many
SELECT p.id, o.id AS order_id FROM people AS p FULL JOIN orders AS o ON p.id = o.person_id;

-- name: LeftLeft :many
SELECT p.id, o.id AS order_id, l.id AS line_id
FROM people AS p
LEFT JOIN orders AS o ON p.id = o.person_id
LEFT JOIN lines AS l ON o.id = l.order_id;

-- name: LeftOfJoin :many
SELECT p.id, o.id AS order_id, l.id AS line_id
FROM people AS p
LEFT JOIN (orders AS o JOIN lines AS l ON o.id = l.order_id) ON p.id = o.person_id;

-- name: LeftThenInner :many
SELECT p.id, o.id AS order_id, l.id AS line_id
FROM people AS p
LEFT JOIN orders AS o ON p.id = o.person_id
JOIN lines AS l ON o.id = l.order_id;

-- name: LeftThenCross :many
SELECT p.id, o.id AS order_id, l.id AS line_id
FROM people AS p
LEFT JOIN orders AS o ON p.id = o.person_id
CROSS JOIN lines AS l;

-- name: LeftThenRight :many
SELECT p.id, o.id AS order_id, l.id AS line_id
FROM people AS p
LEFT JOIN orders AS o ON p.id = o.person_id
RIGHT JOIN lines AS l ON o.id = l.order_id;

-- name: LeftOfFull :many
SELECT p.id, o.id AS order_id, l.id AS line_id
FROM people AS p
LEFT JOIN (orders AS o FULL JOIN lines AS l ON o.id = l.order_id) ON p.id = o.person_id;

-- name: UsingInner :many
SELECT id, name, code FROM people JOIN orders USING (id);

-- name: UsingLeft :many
SELECT id, name, code FROM people LEFT JOIN orders USING (id);

-- name: UsingRight :many
SELECT id, name, code FROM people RIGHT JOIN orders USING (id);

-- name: UsingFull :many
SELECT id, p.id AS person_id, o.id AS order_id FROM people AS p FULL JOIN orders AS o USING (id);

-- name: NaturalLeft :many
SELECT id, quantity, code FROM orders NATURAL LEFT JOIN lines;

-- name: SelfJoin :many
SELECT p.id, boss.id AS boss_id, boss.nick AS boss_nick FROM people AS p LEFT JOIN people AS boss ON p.boss_id = boss.id;

-- name: LeftOfSubquery :many
SELECT p.id, s.id AS order_id
FROM people AS p
LEFT JOIN (SELECT o.id, o.person_id FROM orders AS o) AS s ON p.id = s.person_id;

-- name: LeftLateral :many
SELECT p.id, l.code
FROM people AS p
LEFT JOIN LATERAL (
    SELECT o.code FROM orders AS o WHERE o.person_id = p.id ORDER BY o.placed_at DESC LIMIT 1
) AS l ON true;

-- name: LeftLateralCount :many
SELECT p.id, l.n
FROM people AS p
LEFT JOIN LATERAL (SELECT count(*) AS n FROM orders AS o WHERE o.person_id = p.id) AS l ON true;

-- name: LeftLateralMax :many
SELECT p.id, l.m
FROM people AS p
LEFT JOIN LATERAL (SELECT max(o.id) AS m FROM orders AS o WHERE o.person_id = p.id) AS l ON true;

-- name: CrossLateral :many
SELECT p.id, l.doubled FROM people AS p CROSS JOIN LATERAL (SELECT p.boss_id * 2 AS doubled) AS l;

-- name: CrossLateralOfFunction :many
SELECT p.id, f.code, f.amount FROM people AS p CROSS JOIN LATERAL orders_of(p.id) AS f;

-- name: LeftLateralOfFunction :many
SELECT p.id, f.code, f.amount FROM people AS p LEFT JOIN LATERAL orders_of(p.id) AS f ON true;

-- name: EmbedInner :many
SELECT sqlc.embed(p), sqlc.embed(o) FROM people AS p JOIN orders AS o ON p.id = o.person_id;

-- name: EmbedLeft :many
SELECT p.id, sqlc.embed(o) FROM people AS p LEFT JOIN orders AS o ON p.id = o.person_id;

-- name: EmbedFull :many
SELECT sqlc.embed(l), sqlc.embed(o) FROM lines AS l FULL JOIN orders AS o ON l.order_id = o.id;

-- name: EmbedWithCount :many
SELECT sqlc.embed(orders), (SELECT count(*) FROM lines AS l WHERE l.order_id = orders.id) AS line_count
FROM orders;

-- name: SemiJoin :many
SELECT p.id, p.boss_id FROM people AS p WHERE EXISTS (SELECT FROM orders AS o WHERE o.person_id = p.id);

-- name: AntiJoin :many
SELECT p.id, o.id AS order_id
FROM people AS p
LEFT JOIN orders AS o ON p.id = o.person_id
WHERE o.id IS NULL;

-- name: LeftWithConditionAbove :many
SELECT p.nick, o.id, o.amount
FROM people AS p
LEFT JOIN orders AS o ON p.id = o.person_id
WHERE o.code <> '';

-- name: LeftWithConditionInside :many
SELECT p.id, o.amount
FROM people AS p
LEFT JOIN orders AS o ON p.id = o.person_id AND o.amount > 0;

-- name: RangeJoin :many
SELECT p.id, l.id AS line_id FROM people AS p LEFT JOIN lines AS l ON p.span @> l.quantity;

-- name: JoinOnParameter :many
SELECT p.id, o.id AS order_id
FROM people AS p
LEFT JOIN orders AS o ON p.id = o.person_id AND o.id = sqlc.arg(order_id)::bigint;

-- name: StarUsing :many
SELECT * FROM orders JOIN lines USING (id);

-- name: StarJoin :many
SELECT * FROM orders AS o LEFT JOIN lines AS l ON o.id = l.order_id;

-- name: TwoStars :many
SELECT o.*, l.* FROM orders AS o LEFT JOIN lines AS l ON o.id = l.order_id;

-- name: StarLateral :many
SELECT * FROM orders AS o CROSS JOIN LATERAL (SELECT o.amount * 2 AS twice) AS l;

-- name: EmbedTwice :many
SELECT sqlc.embed(p), sqlc.embed(boss) FROM people AS p LEFT JOIN people AS boss ON p.boss_id = boss.id;

-- name: EmbedView :many
SELECT o.id, sqlc.embed(po) FROM orders AS o LEFT JOIN people_orders AS po ON o.person_id = po.id;

-- name: UsingAlias :many
SELECT j.id FROM orders JOIN lines USING (id) AS j;

-- name: JoinAlias :many
SELECT j.code FROM (orders JOIN lines USING (id)) AS j;

-- name: EmbedLeftLateral :many
SELECT sqlc.embed(p), l.code
FROM people AS p
LEFT JOIN LATERAL (SELECT o.code FROM orders AS o WHERE o.person_id = p.id LIMIT 1) AS l ON true;

-- name: EmbedRightTwice :many
SELECT sqlc.embed(l), sqlc.embed(o), sqlc.embed(p)
FROM lines AS l
RIGHT JOIN orders AS o ON l.order_id = o.id
LEFT JOIN people AS p ON p.id = o.person_id AND p.nick IS NULL;

-- name: EmbedMaterialized :many
SELECT p.id, sqlc.embed(t) FROM people AS p LEFT JOIN totals AS t ON p.id = t.person_id;

-- name: EmbedPartition :many
SELECT sqlc.embed(r), p.id FROM readings AS r FULL JOIN people AS p ON r.sensor = p.id;

-- name: LeftOnFalse :many
SELECT p.id, s.sku FROM people AS p LEFT JOIN stock AS s ON false;

-- name: LeftOfUnion :many
SELECT p.id, u.k
FROM people AS p
LEFT JOIN (SELECT o.id, 'order' AS k FROM orders AS o UNION ALL SELECT l.id, 'line' FROM lines AS l) AS u ON p.id = u.id;

-- name: LeftOfValues :many
SELECT p.id, v.t FROM people AS p LEFT JOIN (VALUES (1, 'a'), (2, 'b')) AS v (i, t) ON p.id = v.i;

-- name: LeftOfAggregate :many
SELECT p.id, t.n, coalesce(t.n, 0) AS n_or_zero
FROM people AS p
LEFT JOIN (SELECT o.person_id, count(*) AS n FROM orders AS o GROUP BY o.person_id) AS t ON p.id = t.person_id;

-- name: LeftOfSeries :many
SELECT d.d, p.id FROM generate_series(1, 5) AS d (d) LEFT JOIN people AS p ON p.id = d.d;

-- name: FullCoalesced :many
SELECT coalesce(p.id, o.person_id) AS id, coalesce(p.nick, o.code) AS label
FROM people AS p
FULL JOIN orders AS o ON p.id = o.person_id;

-- name: NestedLateral :many
SELECT p.id, a.code, b.quantity
FROM people AS p
LEFT JOIN LATERAL (SELECT o.id, o.code FROM orders AS o WHERE o.person_id = p.id) AS a ON true
LEFT JOIN LATERAL (SELECT l.quantity FROM lines AS l WHERE l.order_id = a.id) AS b ON true;

-- name: LeftThenLateralCross :many
SELECT p.id, o.amount, x.twice, x.label
FROM people AS p
LEFT JOIN orders AS o ON p.id = o.person_id
CROSS JOIN LATERAL (SELECT o.amount * 2 AS twice, o.code || '!' AS label) AS x;
