-- name: IsNotNull :many
SELECT nick FROM people WHERE nick IS NOT NULL;

-- name: IsNull :many
SELECT id, nick FROM people WHERE nick IS NULL;

-- name: Equals :many
SELECT nick, boss_id FROM people WHERE nick = sqlc.arg(nick);

-- name: BothEqual :many
SELECT nick, boss_id FROM people WHERE nick = 'three' AND boss_id = 1;

-- name: EitherEqual :many
SELECT nick, boss_id FROM people WHERE nick = 'nine' OR boss_id = 3;

-- name: NotNull :many
SELECT nick, boss_id FROM people WHERE NOT (nick IS NULL);

-- name: AfterFunction :many
SELECT nick FROM people WHERE upper(nick) LIKE 'T%';

-- name: AfterCoalesce :many
SELECT nick FROM people WHERE coalesce(nick, 'one') = 'one';

-- name: InList :many
SELECT boss_id FROM people WHERE boss_id IN (1, 4);

-- name: InSubquery :many
SELECT boss_id FROM people WHERE boss_id IN (SELECT o.id FROM orders AS o);

-- name: NotInNothing :many
SELECT boss_id FROM people WHERE boss_id NOT IN (SELECT n.id FROM nothing AS n);

-- name: Between :many
SELECT boss_id FROM people WHERE boss_id BETWEEN sqlc.arg(low) AND sqlc.arg(high);

-- name: NotDistinct :many
SELECT boss_id FROM people WHERE boss_id IS NOT DISTINCT FROM sqlc.narg(boss_id)::bigint;

-- name: IsUnknown :many
SELECT boss_id FROM people WHERE (boss_id > 9) IS UNKNOWN;

-- name: RowComparison :many
SELECT id, boss_id FROM people WHERE (boss_id, id) > (0, 0);

-- name: KeysetPage :many
SELECT id, placed_at, amount
FROM orders
WHERE (placed_at, id) > (sqlc.arg(placed_at), sqlc.arg(id))
ORDER BY placed_at, id;

-- name: InOuterJoin :many
SELECT p.id, o.id AS order_id
FROM people AS p
FULL JOIN orders AS o ON p.id = o.person_id
WHERE p.id > 0;

-- name: ThroughSubquery :many
SELECT s.boss_id FROM (SELECT p.boss_id FROM people AS p WHERE p.boss_id > 0) AS s;

-- name: NegatedEither :many
SELECT nick, boss_id FROM people WHERE NOT (nick IS NULL OR id = 3);

-- name: ArrayContains :many
SELECT id, scores FROM people WHERE scores @> '{1}';

-- name: JsonCondition :many
SELECT data ->> 'a' AS a, data ->> 'b' AS b FROM people WHERE data ->> 'a' = '1';

-- name: InParamList :many
SELECT sku FROM stock WHERE quantity IN (sqlc.arg(a), sqlc.arg(b));

-- name: IntervalParam :many
SELECT id FROM orders WHERE placed_at > now() - sqlc.arg(age)::interval;

-- name: DollarName :many
SELECT sku FROM stock WHERE quantity > $1 AND note = sqlc.arg(note);

-- name: AboveNegative :many
SELECT sku FROM stock WHERE quantity > -sqlc.arg(least)::integer;

-- name: AboveKeyword :many
SELECT sku FROM stock WHERE quantity > sqlc.arg('limit');
