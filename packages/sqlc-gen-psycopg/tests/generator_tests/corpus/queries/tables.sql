-- name: GetPerson :one
SELECT * FROM people WHERE id = sqlc.arg(id);

-- name: ListPeople :many
SELECT * FROM people;

-- name: ListArrays :many
SELECT tags, scores, moods FROM people;

-- name: ListGenerated :many
SELECT id, name_length, nick_length FROM people;

-- name: ListRanges :many
SELECT span, spans FROM people;

-- name: ListDomains :many
SELECT id, motto FROM people;

-- name: ListSystemColumns :many
SELECT ctid, tableoid, xmin FROM people;

-- name: ListReadings :many
SELECT * FROM readings;

-- name: ListReadingsOfPartition :many
SELECT * FROM readings_2026;

-- name: ListReadingsOfDay :many
SELECT sensor, value FROM readings WHERE day = sqlc.arg(day);

-- name: ListView :many
SELECT * FROM people_orders;

-- name: ListViewColumns :many
SELECT id, nick, code, amount FROM people_orders;

-- name: ListViewOfView :many
SELECT id, nick, code FROM nicked;

-- name: ListViewUnderCondition :many
SELECT id, code FROM people_orders WHERE code LIKE 'k%';

-- name: ListViewUnderOuterJoin :many
SELECT o.id, po.id AS person_id, po.amount
FROM orders AS o
LEFT JOIN people_orders AS po ON o.person_id = po.id;

-- name: ListMaterialized :many
SELECT * FROM totals;

-- name: ListClasses :many
SELECT relname, reloptions FROM pg_catalog.pg_class LIMIT 50;

-- name: CountTables :one
SELECT count(*) FROM information_schema.tables;

-- name: PickPeople :many
SELECT * FROM people WHERE id = ANY (sqlc.arg(ids)::bigint[]) ORDER BY id;

-- name: SearchPeople :many
SELECT id, nick
FROM people
WHERE (sqlc.narg(nick)::text IS NULL OR nick = sqlc.narg(nick)) AND id > sqlc.arg(after_id)
ORDER BY id
LIMIT sqlc.arg(page_size);

-- name: ListByMood :many
SELECT id, mood FROM people WHERE mood = sqlc.arg(mood);

-- name: PagePeople :many
SELECT id, name FROM people ORDER BY id OFFSET sqlc.arg(skipped) ROWS FETCH FIRST 2 ROWS ONLY;

-- name: StreamPeople :many
-- @stream 2
SELECT id, nick FROM people;

-- name: LockPerson :one
SELECT id, nick FROM people WHERE id = sqlc.arg(id) FOR UPDATE;

-- name: LockPeopleSoftly :many
SELECT id, boss_id FROM people ORDER BY id FOR NO KEY UPDATE SKIP LOCKED;

-- name: LockOnlyPeople :many
SELECT p.id, o.amount FROM people AS p, orders AS o FOR SHARE OF p NOWAIT;

-- name: LockKey :exec
SELECT pg_advisory_xact_lock(sqlc.arg(key)::bigint);

-- name: TryLockKey :one
SELECT pg_try_advisory_xact_lock(sqlc.arg(key)::bigint) AS is_locked;

-- name: SampleOrders :many
SELECT id, amount FROM orders TABLESAMPLE BERNOULLI (100);

-- name: SetLocal :exec
SET LOCAL lock_timeout = '1s';

-- name: Explain :many
EXPLAIN SELECT 1;

-- name: Show :one
SHOW work_mem;

-- name: Listen :exec
LISTEN changed;

-- name: RefreshView :exec
REFRESH MATERIALIZED VIEW totals;

-- name: LockTable :exec
LOCK TABLE stock IN EXCLUSIVE MODE;

-- name: DoBlock :exec
DO $$ BEGIN NULL; END $$;

-- name: CreateTemp :exec
CREATE TEMPORARY TABLE t AS SELECT 1 AS i;

-- name: OnlyParent :many
SELECT id FROM ONLY orders;

-- name: LimitNull :many
SELECT sku FROM stock LIMIT sqlc.narg(n);

-- name: ListRenamed :many
SELECT code, remark FROM renamed;
