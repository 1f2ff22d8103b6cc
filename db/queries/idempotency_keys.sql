-- name: GetIdempotencyKey :one
-- The answer that was given under a key. A key older than `key_lifetime` does not count.
SELECT *
FROM idempotency_keys
WHERE scope = sqlc.arg(scope)
    AND key = sqlc.arg('key')
    AND created_at > clock_timestamp() - key_lifetime();

-- name: InsertIdempotencyKey :execrows
-- Stores an answer in the transaction of the change that it reports. Waits for a request under the
-- same key that is still running, and inserts nothing if that one commits.
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
-- Keys that do not count any more: a batch of the oldest.
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
