-- name: Constants :one
SELECT 1 AS one, 'a' AS letter, true AS yes, 1.5 AS fraction, NULL::text AS missing;

-- name: UnnamedColumns :one
SELECT 1, 'a', count(*), max(amount) FROM orders;

-- name: Parameters :one
SELECT sqlc.arg(given)::integer AS given, sqlc.narg(missing)::text AS missing;

-- name: ManyParameters :one
SELECT
    sqlc.arg(a)::integer AS a, sqlc.arg(b)::text AS b, sqlc.arg(c)::numeric AS c, sqlc.arg(d)::date AS d,
    sqlc.narg(e)::uuid AS e, sqlc.arg(f)::timestamptz AS f, sqlc.arg(g)::jsonb AS g, sqlc.arg(h)::bytea AS h;

-- name: ArrayParameters :one
SELECT sqlc.arg(texts)::text[] AS texts, sqlc.arg(numbers)::integer[] AS numbers, sqlc.narg(days)::date[] AS days;

-- name: EnumParameters :one
SELECT sqlc.arg(mood)::mood AS mood, sqlc.narg(moods)::mood[] AS moods;

-- name: Arithmetic :many
SELECT id + 1 AS next, boss_id + 1 AS next_boss, id / 2.0 AS halved, -id AS negative, height * 2 AS twice FROM people;

-- name: Comparisons :many
SELECT id = 1 AS is_one, boss_id = 1 AS is_of_one, id <> 2 AS is_not_two, boss_id > id AS is_lower FROM people;

-- name: Logic :many
SELECT id > 1 AND id < 3 AS both, boss_id > 1 OR id < 3 AS either, NOT boss_id > 1 AS negated FROM people;

-- name: Concatenated :many
SELECT nick || '!' AS loud, 'a' || id AS numbered, tags || 'z'::text AS tagged FROM people;

-- name: ArrayOperators :many
SELECT tags || '{b}' AS more, scores || 1 AS appended, tags && '{a}' AS overlap, 'a' = ANY (tags) AS has_a FROM people;

-- name: Subscripts :many
SELECT tags[1] AS first_tag, tags[1:1] AS some_tags, scores[2] AS second_score, data['a'] AS a FROM people;

-- name: NullTests :many
SELECT boss_id IS NULL AS is_top, nick IS NOT NULL AS is_nicked, boss_id IS DISTINCT FROM id AS differs FROM people;

-- name: Membership :many
SELECT id IN (1, 2) AS a, boss_id IN (1, 2) AS b, id IN (1, NULL) AS c FROM people;

-- name: Casts :many
SELECT id::text AS a, boss_id::text AS b, id::numeric(9, 2) AS c, mood::text AS d, name::varchar(2) AS e, seen_at::date AS f
FROM people;

-- name: CastsToEnums :one
SELECT 'ok'::mood AS mood, '{ok,NULL}'::mood[] AS moods, NULL::mood AS missing;

-- name: CastsToDomain :many
SELECT nick::short_text AS short_nick, name::short_text AS short_name FROM people;

-- name: Cases :many
SELECT
    CASE WHEN id = 1 THEN 1 ELSE 2 END AS a, CASE WHEN id = 1 THEN 1 END AS b,
    CASE WHEN boss_id IS NULL THEN 0 ELSE boss_id END AS c, CASE id WHEN 1 THEN name ELSE nick END AS d
FROM people;

-- name: Coalesced :many
SELECT coalesce(nick, name) AS a, coalesce(nick, motto) AS b, nullif(id, 1) AS c, greatest(boss_id, 1) AS d, least(boss_id, boss_id) AS e
FROM people;

-- name: RangeOperators :many
SELECT span @> 1 AS has_one, span * int4range(1, 3) AS overlap, lower(span) AS low, upper(span) AS high, isempty(span) AS is_empty
FROM people;

-- name: RangeConstructors :one
SELECT
    int8range(1, NULL) AS numbers, tstzrange('2026-01-01', NULL, '[]') AS period, numrange(1.5, 2.5) AS prices,
    datemultirange(daterange('2026-01-01', '2026-01-02')) AS days;

-- name: RangesOverlapping :many
SELECT id, booked, guest FROM rooms WHERE booked && sqlc.arg(wanted)::daterange;

-- name: UnnestedMultirange :many
SELECT p.id, r.part FROM people AS p, unnest(p.spans) AS r (part);

-- name: ArrayLiterals :many
SELECT ARRAY[id, boss_id] AS ids, ARRAY[name, nick] AS names, '{}'::bigint[] AS nothing FROM people;

-- name: ScalarSubqueries :one
SELECT
    EXISTS (SELECT FROM orders) AS any_orders, ARRAY(SELECT o.amount FROM orders AS o) AS amounts,
    (SELECT count(*) FROM orders) AS order_count, (SELECT n.id FROM nothing AS n) AS no_id,
    (SELECT max(n.id) FROM nothing AS n) AS max_id, (SELECT 1 WHERE false) AS never;

-- name: CorrelatedSubqueries :many
SELECT p.id, (SELECT o.code FROM orders AS o WHERE o.person_id = p.id ORDER BY o.id LIMIT 1) AS first_code, (SELECT p.nick) AS nick
FROM people AS p;

-- name: SubqueryMembership :many
SELECT p.id IN (SELECT o.id FROM orders AS o) AS a, p.boss_id IN (SELECT o.id FROM orders AS o) AS b, p.id > ALL (SELECT l.quantity FROM lines AS l) AS c
FROM people AS p;

-- name: Intervals :many
SELECT seen_at - interval '1 day' AS before, seen_at + pause AS later, now() - seen_at AS passed, born + 1 AS next_day FROM people;

-- name: TimeZones :many
SELECT seen_at AT TIME ZONE 'UTC' AS utc, wakes_at + interval '1 hour' AS up_at, date_trunc('day', seen_at) AS day FROM people;

-- name: Collated :many
SELECT nick COLLATE "C" AS nick, name COLLATE "C" AS name FROM people;

-- name: Addresses :many
SELECT address, host(address) AS host, family(address) AS version, network(address) AS network FROM people;

-- name: OtherTypes :one
SELECT
    '1.50'::money AS money, B'101' AS bits, point '(1,2)' AS point, 'a & b'::tsquery AS query, to_tsvector('a b') AS vector,
    '08:00:2b:01:02:03'::macaddr AS mac, 'people'::regclass AS class;

-- name: SmallTypes :one
SELECT 1::smallint AS small, 1.5::real AS single, 'x'::"char" AS letter, 'n'::name AS name, 'c'::char(3) AS padded, 7::oid AS oid;

-- name: EnumArrayParameter :many
SELECT id, mood FROM people WHERE mood = ANY (sqlc.arg(moods)::mood[]);

-- name: NullsFirst :many
SELECT id, boss_id FROM people ORDER BY boss_id DESC NULLS FIRST;

-- name: JsonSubscripts :many
SELECT data['b']['c'] AS c, extra -> 0 AS zero, jsonb_array_length(data -> 'l') AS n FROM people;

-- name: EmptyArrays :one
SELECT '{}'::integer[] AS nothing, ARRAY[]::text[] AS texts;

-- name: ArraysOfOthers :many
SELECT
    array_agg(token) AS tokens, array_agg(born) AS days, array_agg(span) AS spans, array_agg(address) AS addresses,
    array_agg(extra) AS extras, array_agg(pause) AS pauses, array_agg(mood) AS moods
FROM people;

-- name: NumericKinds :one
SELECT 1::numeric AS a, 1e400::numeric AS b, 'NaN'::numeric AS c, sum(1) AS d, sum(1::bigint) AS e, sum(1::real) AS f, avg(1::integer) AS g, avg(1::real) AS h;

-- name: Percent :many
SELECT id % 2 AS odd, name LIKE '%a' AS ends_in_a, '100%' AS all_of FROM people WHERE name LIKE '%' || sqlc.arg(part)::text || '%';

-- name: Escapes :one
SELECT 'it''s' AS a, E'tab\t' AS b, $$dollar$$ AS c, U&'\0041' AS d, '{braces}' AS e, '\back' AS f, ':one %(x)s' AS g;

-- name: Commented :many
SELECT id, /* inside, 100% */ nick -- at the end, it's %s
FROM people;

-- name: ReusedParameter :many
SELECT id, sqlc.arg(low)::bigint AS low FROM people WHERE id >= sqlc.arg(low)::bigint AND id <= sqlc.arg(low)::bigint + 3;

-- name: KeywordColumns :one
SELECT 1 AS class, 2 AS def, 3 AS "from", 4 AS self, 5 AS "Mixed Case", 6 AS "1st", 7 AS int, 8 AS str, 9 AS list, 10 AS row;

-- name: RepeatedColumns :one
SELECT 1 AS a, 2 AS a, 3 AS a_2, 'x', 'y';
