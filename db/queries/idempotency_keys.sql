-- name: GetIdempotencyKey :one
-- What was answered under a key. One older than `key_lifetime` stands for nothing.
SELECT *
FROM idempotency_keys
WHERE scope = sqlc.arg(scope)
    AND key = sqlc.arg('key')
    AND created_at > clock_timestamp() - key_lifetime();

-- name: InsertIdempotencyKey :execrows
-- What was answered, in the transaction of what was done; nothing where another request was
-- quicker. Waits for one that is still running.
INSERT INTO idempotency_keys AS known (
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
ON CONFLICT (scope, key) DO UPDATE
    SET (
        request_hash, request_id, refusal, transfer_id, hold_id, balance, available_balance,
        captured_amount, response, created_at
    ) = (
        excluded.request_hash,
        excluded.request_id,
        excluded.refusal,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        excluded.response,
        excluded.created_at
    )
    WHERE known.created_at <= excluded.created_at - key_lifetime();

-- name: DeleteOldIdempotencyKeys :execrows
-- Those that stand for nothing any more, a batch of the oldest.
DELETE FROM idempotency_keys
WHERE (scope, key) IN (
        SELECT
            old.scope,
            old.key
        FROM idempotency_keys AS old
        WHERE old.created_at <= now() - key_lifetime()
        ORDER BY old.created_at
        LIMIT sqlc.arg(row_count_max)
        FOR UPDATE SKIP LOCKED
    )
    AND created_at <= now() - key_lifetime();
