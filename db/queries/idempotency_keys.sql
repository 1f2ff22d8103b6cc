-- name: GetIdempotencyKey :one
-- The answer that was given under a key. A key counts until it is deleted: if its age counted here,
-- a clock that runs ahead would have a request repeated.
SELECT *
FROM idempotency_keys
WHERE scope = sqlc.arg(scope)
    AND key = sqlc.arg('key');

-- name: InsertIdempotencyKey :execrows
-- Stores an answer in the transaction of the change that it reports. Waits for a request under the
-- same key that is still running, and inserts nothing if that one commits.
INSERT INTO idempotency_keys (
    scope, key, request_hash, request_id, refusal, response, created_at
)
VALUES (
    sqlc.arg(scope),
    sqlc.arg('key'),
    sqlc.arg(request_hash),
    sqlc.arg(request_id),
    sqlc.narg(refusal),
    sqlc.narg(response),
    clock_timestamp()
)
ON CONFLICT (scope, key) DO NOTHING;

-- name: DeleteOldIdempotencyKeys :execrows
-- Keys that are old enough to be deleted: a batch of the oldest. A key must be old by the clock of
-- the database and by `moment`, the time of the process: a clock that is ahead deletes nothing.
DELETE FROM idempotency_keys
WHERE (scope, key) IN (
        SELECT
            old.scope,
            old.key
        FROM idempotency_keys AS old
        WHERE old.created_at <= now() - key_lifetime()
            AND old.created_at <= sqlc.arg(moment)::timestamptz - key_lifetime()
        ORDER BY old.created_at
        LIMIT sqlc.arg(row_count_max)
        FOR UPDATE SKIP LOCKED
    )
    AND created_at <= now() - key_lifetime()
    AND created_at <= sqlc.arg(moment)::timestamptz - key_lifetime();
