-- name: OfNothing :one
SELECT count(*) AS a, count(amount) AS b, sum(id) AS c, max(code) AS d, bool_and(id > 0) AS e, array_agg(id) AS f, avg(amount) AS g FROM nothing;

-- name: OneAggregate :one
SELECT max(amount) FROM nothing;

-- name: CountOnly :one
-- @required
SELECT count(*) FROM nothing;

-- name: Grouped :many
SELECT nick, count(*) AS n, sum(id) AS id_sum, sum(boss_id) AS boss_sum FROM people GROUP BY nick;

-- name: Arrays :many
SELECT person_id, array_agg(amount ORDER BY id) AS amounts, array_agg(code) AS codes, string_agg(code, ',') AS joined FROM orders GROUP BY person_id;

-- name: Filtered :many
SELECT person_id, sum(id) FILTER (WHERE amount > 1) AS big, count(*) FILTER (WHERE amount > 1) AS big_count FROM orders GROUP BY person_id;

-- name: Statistics :many
SELECT person_id, stddev_pop(id) AS a, stddev(id) AS b, var_pop(id) AS c, avg(id) AS d, avg(amount) AS e FROM orders GROUP BY person_id;

-- name: OrderedSets :many
SELECT person_id, mode() WITHIN GROUP (ORDER BY id) AS a, percentile_cont(0.5) WITHIN GROUP (ORDER BY id) AS b FROM orders GROUP BY person_id;

-- name: Having :many
SELECT person_id, max(amount) AS m FROM orders GROUP BY person_id HAVING max(amount) IS NOT NULL;

-- name: GroupingSets :many
SELECT code, person_id, sum(id) AS s, grouping(code) AS g FROM orders GROUP BY GROUPING SETS ((code), (person_id));

-- name: RolledUp :many
SELECT person_id, code, count(*) AS n FROM orders GROUP BY ROLLUP (person_id, code);

-- name: Cubed :many
SELECT person_id, code, max(id) AS m FROM orders GROUP BY CUBE (person_id, code);

-- name: PartlyRolledUp :many
SELECT person_id, id, sum(id) AS s FROM orders GROUP BY person_id, ROLLUP (id);

-- name: OverLeftJoin :many
SELECT p.id, p.nick, max(o.code) AS last_code, count(o.id) AS n, coalesce(sum(o.amount), 0) AS total
FROM people AS p
LEFT JOIN orders AS o ON p.id = o.person_id
GROUP BY p.id;

-- name: JsonAggregates :many
SELECT person_id, jsonb_agg(amount) AS a, jsonb_object_agg(code, amount) AS b, json_agg(orders) AS c FROM orders GROUP BY person_id;

-- name: RangeAggregate :one
SELECT range_agg(booked) AS a, range_intersect_agg(booked) AS b, range_agg(booked) FILTER (WHERE false) AS c FROM rooms;

-- name: Bools :many
SELECT person_id, bool_or(amount > 1) AS a, every(id > 0) AS b, any_value(code) AS c FROM orders GROUP BY person_id;

-- name: Distinct :many
SELECT DISTINCT mood, boss_id FROM people;

-- name: DistinctOn :many
SELECT DISTINCT ON (boss_id) boss_id, id, nick FROM people ORDER BY boss_id, id;

-- name: Numbered :many
SELECT id, row_number() OVER w AS a, rank() OVER w AS b, ntile(2) OVER w AS c, percent_rank() OVER w AS d FROM orders WINDOW w AS (ORDER BY id);

-- name: Lagged :many
SELECT lag(id) OVER w AS a, lead(id) OVER w AS b, lag(id, 1, 0::bigint) OVER w AS c, lag(amount) OVER w AS d FROM orders WINDOW w AS (ORDER BY id);

-- name: Running :many
SELECT sum(id) OVER (ORDER BY id) AS a, sum(amount) OVER (ORDER BY id DESC) AS b, count(*) OVER () AS c FROM orders;

-- name: FirstValues :many
SELECT first_value(code) OVER w AS a, nth_value(code, 2) OVER w AS b, last_value(amount) OVER w AS c FROM orders WINDOW w AS (ORDER BY id);

-- name: Framed :many
SELECT
    sum(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS a,
    sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS b
FROM orders;

-- name: WindowOverAggregate :many
SELECT person_id, sum(amount) AS total, rank() OVER (ORDER BY sum(amount) DESC) AS place, max(sum(id)) OVER () AS best FROM orders GROUP BY person_id;

-- name: TopOfEach :many
SELECT s.person_id, s.code, s.amount
FROM (SELECT o.*, row_number() OVER (PARTITION BY o.person_id ORDER BY o.id) AS n FROM orders AS o) AS s
WHERE s.n = 1;

-- name: GroupByAlias :many
SELECT upper(code) AS c, count(*) AS n FROM orders GROUP BY c ORDER BY c;
