-- ?!!!
SELECT upper(n), upper(k), length(k), btrim(k) FROM a, b;

-- !!?
SELECT concat(n, x), concat_ws(',', n), concat_ws(n, 'a') FROM a;

-- !?
SELECT format('%s', n), format(n) FROM a;

-- !!!!~ | why: NULL where no schema of the search path exists
SELECT now(), current_date, localtimestamp, current_user, current_schema;

-- !?!
SELECT substring(k FROM 2), substring(k FROM 'x'), split_part(k, 'x', 9) FROM b;

-- ?!?
SELECT regexp_match(k, 'x'), regexp_replace(k, 'k', 'q'), regexp_substr(k, 'x') FROM b;

-- ??!!!
SELECT lower(r), upper(r), isempty(r), lower_inf(r), lower(k) FROM a, b;

-- ?!?
SELECT array_length(tags, 1), cardinality(tags), array_position(tags, 'a') FROM a;

-- !??!
SELECT array_append(opts, 1), array_cat(opts, NULL), array_remove(opts, 1), array_remove(tags,
'a') FROM a;

-- !?!
SELECT array_to_string(tags, ','), array_to_string(tags, NULL), string_to_array(k, ',') FROM a, b;

-- !?!?
SELECT extract(year FROM at), extract(day FROM at), date_part('epoch', at), date_part('dow', at)
FROM a;

-- !!?
SELECT extract(hour FROM time '1:00'), date_trunc('day', at), to_char(at, 'YYYY') FROM a;

-- ~ | with: 'day' | why: which field is asked for
SELECT date_part($1, at) FROM a WHERE id = 1;

-- !?!!
SELECT at::date, at::time, at::text, at::timestamp FROM a;

-- !~ | why: to_number(x, '') is NULL
SELECT to_char(id, '999'), to_number('1', '9') FROM a;

-- !?!!?
SELECT jsonb_typeof(data), to_jsonb(x), to_jsonb(id), jsonb_build_object('a', x),
jsonb_path_query_first(data, '$.b') FROM a;

-- !?
SELECT jsonb_set(data, '{b}', '1'), jsonb_path_exists(data, 'strict $.b', '{}', true) FROM a WHERE
id < 4;

-- !!!
SELECT row_to_json(a), jsonb_strip_nulls(data), jsonb_array_length(data) FROM a WHERE id = 4;

-- ??
SELECT nothing(id), maybe(id) FROM a;

-- !!!!
SELECT num_nulls(n, x), pg_typeof(x), int4range(x, NULL), enum_range(mood) FROM a;

-- !!!!
SELECT gen_random_uuid(), random(), md5(k), encode(sha256('a'), 'hex') FROM b;

-- !?!
SELECT coalesce(n, 'x'), coalesce(n, NULL), coalesce(x, id) FROM a;

-- ?!?!
SELECT nullif(id, 1), greatest(x, 1), least(x, x), greatest(id, x) FROM a;

-- !!?
SELECT pg_advisory_xact_lock(1), pg_size_pretty(1::bigint), to_regclass('nothing');

-- !!!
SELECT json_object('a' VALUE x), json_array(x), json_array(x NULL ON NULL) FROM a;

-- ?!!? | since: 17
SELECT json_scalar(x), json_serialize(data), data IS JSON, n IS JSON FROM (SELECT x, n, data::text
FROM a) AS s;

-- ??~ | since: 17 | why: ON ERROR
SELECT json_value(data, '$.a'), json_query(data, '$.a'), json_exists(data, '$.a') FROM a WHERE id
< 4;

-- !!!
SELECT make_date(2026, 1, id), age(at, at), width_bucket(id, 0, 9, 3) FROM a WHERE id IN (1, 3);

-- !!!
SELECT to_tsvector(k), to_tsvector(k) @@ to_tsquery('a'), ts_rank(to_tsvector(k), to_tsquery('a'))
FROM b;

-- !!?!
SELECT count_of(x), total_of(x), double_of(x), double_of(id) FROM a;

-- ???
SELECT sum_of(id), first_of(id), same(x) FROM a;

-- ??
SELECT mood_of_one(), nothing_done();

-- ~! | why: of what it is called with nothing is known inside
SELECT same(id), id FROM a;

-- ????
SELECT concat(VARIADIC tags), concat_ws(',', VARIADIC tags), num_nulls(VARIADIC tags),
num_nonnulls(VARIADIC tags) FROM lists;

-- ????
SELECT json_build_array(VARIADIC tags), jsonb_build_array(VARIADIC tags), json_build_object(VARIADIC
tags || tags), jsonb_build_object(VARIADIC tags || tags) FROM lists;

-- !!!!
SELECT concat(VARIADIC kept), num_nulls(VARIADIC kept), format('', VARIADIC tags), concat(tags, id)
FROM lists;

-- ??! | since: 17
SELECT random(1, x), random(0.5, x), random(1, id) FROM a;

-- ? | since: 18
SELECT uuidv7(make_interval(days => x)) FROM a;

-- ?!!
SELECT int4multirange(r), int4multirange(), int4multirange(int4range(1, id), int4range(1, 2)) FROM
lists;

-- ?!
SELECT with_default(id), with_default(id, 2) FROM a;

-- !?
SELECT age(at), age(at + make_interval(days => x)) FROM a WHERE isfinite(at);
