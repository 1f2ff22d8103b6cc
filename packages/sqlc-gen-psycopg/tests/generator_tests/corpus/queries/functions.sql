-- name: TextFunctions :many
SELECT upper(nick) AS a, length(name) AS b, btrim(name) AS c, split_part(name, 'x', 9) AS d, left(nick, 1) AS e FROM people;

-- name: Joined :many
SELECT concat(nick, boss_id) AS a, concat_ws(',', nick) AS b, format('%s', nick) AS c, format(nick) AS d FROM people;

-- name: Regexes :many
SELECT regexp_match(name, 'd(x)?') AS a, regexp_replace(name, 'A', 'q') AS b, regexp_substr(name, 'x') AS c, name ~ 'A' AS d FROM people;

-- name: Clock :one
SELECT now() AS a, current_date AS b, localtimestamp AS c, current_user AS d, clock_timestamp() AS e, localtime AS f;

-- name: DateParts :many
SELECT extract(year FROM seen_at) AS a, extract(year FROM born) AS b, date_part('dow', seen_at) AS c, to_char(seen_at, 'YYYY') AS d, age(born) AS e
FROM people;

-- name: ArrayFunctions :many
SELECT array_length(tags, 1) AS a, cardinality(tags) AS b, array_position(tags, 'a') AS c, array_append(scores, 1) AS d, array_to_string(tags, ',') AS e, string_to_array(nick, 'e') AS f
FROM people;

-- name: JsonOperators :many
SELECT data -> 'a' AS a, data ->> 'a' AS b, data #> '{b,c}' AS c, data #>> '{b,c}' AS d, data || '{"z": 1}' AS e, data ? 'a' AS f, extra -> 'k' AS g
FROM people;

-- name: JsonFunctions :many
SELECT
    jsonb_typeof(data) AS a, to_jsonb(boss_id) AS b, jsonb_build_object('n', nick) AS c, jsonb_path_query_first(data, '$.b') AS d,
    jsonb_set(data, '{b}', '1') AS e, jsonb_strip_nulls(data) AS f, row_to_json(people) AS g
FROM people;

-- name: JsonObjects :many
SELECT json_object('a' VALUE nick) AS a, json_array(boss_id) AS b, data IS JSON OBJECT AS c FROM people;

-- name: JsonEach :many
SELECT p.id, e.key, e.value FROM people AS p, jsonb_each(p.data) AS e;

-- name: JsonEachText :many
SELECT p.id, e.key, e.value FROM people AS p, jsonb_each_text(p.data) AS e;

-- name: JsonElements :many
SELECT p.id, e.value FROM people AS p, jsonb_array_elements(p.data -> 'l') AS e (value);

-- name: JsonElementsText :many
SELECT p.id, e.value FROM people AS p, jsonb_array_elements_text(p.data -> 'l') AS e (value);

-- name: JsonRecordset :many
SELECT r.i, r.n FROM jsonb_to_recordset(sqlc.arg(rows)::jsonb) AS r (i integer, n text);

-- name: JsonAggregate :many
SELECT p.id, jsonb_agg(jsonb_build_object('code', o.code)) FILTER (WHERE o.id IS NOT NULL) AS codes
FROM people AS p
LEFT JOIN orders AS o ON p.id = o.person_id
GROUP BY p.id;

-- name: UnknownFunction :many
SELECT half(id) AS half FROM people;

-- name: SetOfTable :many
SELECT * FROM orders_of(sqlc.arg(person));

-- name: TableFunction :many
SELECT one, two FROM pairs();

-- name: OutFunction :one
SELECT low, high FROM parts(7);

-- name: Series :many
SELECT i FROM generate_series(1, sqlc.arg(last)::integer) AS i;

-- name: SeriesOfDays :many
SELECT d::date AS day, r.value
FROM generate_series('2026-02-28'::timestamp, '2026-03-03', '1 day') AS d
LEFT JOIN readings AS r ON r.day = d::date;

-- name: SeriesOrdinality :many
SELECT i, n FROM generate_series(1, 3) WITH ORDINALITY AS g (i, n);

-- name: UnnestColumn :many
SELECT p.id, u.tag, u.position FROM people AS p, unnest(p.tags) WITH ORDINALITY AS u (tag, position);

-- name: UnnestInList :many
SELECT id, unnest(scores) AS score FROM people;

-- name: UnnestParameters :many
SELECT u.i, u.t FROM unnest(sqlc.arg(numbers)::integer[], sqlc.arg(texts)::text[]) AS u (i, t);

-- name: UnnestLeft :many
SELECT p.id, u.tag FROM people AS p LEFT JOIN LATERAL unnest(p.tags) AS u (tag) ON true;

-- name: RowsFrom :many
SELECT g.i, g.j FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS g (i, j);

-- name: SplitTable :many
SELECT w FROM string_to_table('a b', ' ', 'a') AS w;

-- name: RegexMatches :many
SELECT m FROM regexp_matches('ab', '(a)(x)?', 'g') AS m;

-- name: FullText :many
SELECT id, ts_rank(to_tsvector('simple', name), to_tsquery('simple', 'ada')) AS rank
FROM people
WHERE to_tsvector('simple', name) @@ plainto_tsquery('simple', sqlc.arg(words));

-- name: Randoms :one
SELECT gen_random_uuid() AS a, random() AS b, md5('a') AS c, encode(sha256('a'), 'hex') AS d, sha256('a') AS e;

-- name: Settings :one
SELECT current_setting('work_mem') AS a, current_setting('no.such', true) AS b, set_config('a.b', 'c', true) AS c, pg_backend_pid() AS d;

-- name: EnumFunctions :one
SELECT enum_range(NULL::mood) AS a, enum_first(NULL::mood) AS b, 'ok'::mood > 'sad'::mood AS c;

-- name: Maths :many
SELECT abs(boss_id) AS a, round(height::numeric, 1) AS b, sqrt(id) AS c, mod(id, 2) AS d, power(id, 2) AS e FROM people;

-- name: JsonTable :many
SELECT t.i, t.n FROM json_table(jsonb '[1]', '$[*]' COLUMNS (n FOR ORDINALITY, i integer PATH '$')) AS t;

-- name: JsonTableColumn :many
SELECT j.i FROM people AS p, json_table(p.data, '$.l[*]' COLUMNS (i integer PATH '$')) AS j;

-- name: JsonScalar :one
SELECT json_scalar(1) AS a, json_value('{"a": 1}', '$.a') AS b, json_query('{"a": 1}', '$.a') AS c;

-- name: JsonArrayagg :many
SELECT person_id, json_arrayagg(code) AS a, json_objectagg(code VALUE amount) AS b FROM orders GROUP BY person_id;

-- name: StarOfOut :many
SELECT * FROM parts(7);

-- name: StarOfUnnestAliased :many
SELECT * FROM unnest(ARRAY[1], ARRAY[2]) AS u (a, b);

-- name: StarOfSeries :many
SELECT * FROM generate_series(1, 2) AS i;

-- name: Overlaps :one
SELECT ('2026-01-01'::date, '2026-02-01'::date) OVERLAPS ('2026-01-15'::date, NULL::date) AS a;

-- name: CompositeField :many
SELECT (orders_of(id)).code FROM people;

-- name: MakeInterval :many
SELECT id FROM orders WHERE placed_at > now() - make_interval(days => sqlc.arg(days));
