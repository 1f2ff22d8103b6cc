-- !!?!!
SELECT a.id::bigint, a.id::text, x::text, a.id::numeric(9, 2), k::varchar(1) FROM a, b;

-- !?!!
SELECT tags::varchar[], opts::bigint[], data::text, data::json FROM a;

-- ?!!?
SELECT mood::text, 'ok'::mood, k::short_text, n::short_text FROM a, b WHERE k = 'k1';

-- ??
SELECT (data -> 'a')::integer, (data ->> 'a')::integer FROM a WHERE id < 3;

-- !~ | why: PostgreSQL 18 makes JSON's null NULL
SELECT jsonb 'null' ::text, (jsonb '1')::integer;

-- ? | since: 18
SELECT (jsonb 'null')::integer;

-- ??
SELECT (p).first, (p).second FROM a;

-- !!!!
SELECT id::regclass, 'a'::regclass, id::bit(4), id::"char" FROM a;

-- !?
SELECT CASE WHEN id = 1 THEN 1 ELSE 2 END, CASE WHEN id = 1 THEN 1 END FROM a;

-- !
SELECT CASE WHEN x IS NOT NULL THEN x ELSE 0 END FROM a;

-- !
SELECT CASE WHEN x IS NULL THEN 0 ELSE x END FROM a;

-- !?
SELECT CASE WHEN x > 0 THEN x ELSE 0 END, CASE WHEN x > 0 THEN 0 ELSE x END FROM a;

-- !
SELECT CASE WHEN x IS NULL OR n IS NULL THEN '' ELSE n || x END FROM a;

-- ?
SELECT CASE WHEN x IS NULL AND n IS NULL THEN '' ELSE n END FROM a;

-- !
SELECT CASE WHEN x IS NULL THEN 0 WHEN x > 1 THEN x ELSE x + 1 END FROM a;

-- !?
SELECT CASE a.id WHEN 1 THEN 'a' ELSE k END, CASE a.id WHEN 1 THEN 'a' ELSE n END FROM a, b;

-- !
SELECT CASE WHEN b.id IS NOT NULL THEN b.k ELSE '' END FROM a LEFT JOIN b ON a.id = b.a_id;

-- ?
SELECT CASE WHEN b.id IS NOT NULL THEN b.o ELSE 0 END FROM a LEFT JOIN b ON a.id = b.a_id;

-- ~ | why: volatile
SELECT CASE WHEN maybe(id) IS NOT NULL THEN maybe(id) ELSE 0 END FROM a;
