-- name: ClaimIdempotencyKey :one
-- Nothing when the key stands for a request already; waits for one that is still running. A key
-- older than a day stands for nothing.
INSERT INTO idempotency_keys AS known (scope, key, request_hash, request_id, created_at)
VALUES (
    sqlc.arg(scope),
    sqlc.arg('key'),
    sqlc.arg(request_hash),
    sqlc.arg(request_id),
    clock_timestamp()
)
ON CONFLICT (scope, key) DO UPDATE
    SET (
        request_hash, request_id, refusal, transfer_id, hold_id, balance, available_balance,
        captured_amount, response, created_at
    ) = (
        excluded.request_hash,
        excluded.request_id,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        excluded.created_at
    )
    WHERE known.created_at <= excluded.created_at - interval '24 hours'
RETURNING key;

-- name: GetIdempotencyKey :one
-- @required
SELECT *
FROM idempotency_keys
WHERE scope = sqlc.arg(scope)
    AND key = sqlc.arg('key');

-- name: FinishIdempotencyKey :exec
-- What was answered, in the transaction of what was done.
UPDATE idempotency_keys
SET
    refusal = sqlc.narg(refusal),
    response = sqlc.narg(response)
WHERE scope = sqlc.arg(scope)
    AND key = sqlc.arg('key');

-- name: DeleteOldIdempotencyKeys :execrows
-- Those that stand for nothing any more, a batch of the oldest.
DELETE FROM idempotency_keys
WHERE (scope, key) IN (
        SELECT
            old.scope,
            old.key
        FROM idempotency_keys AS old
        WHERE old.created_at <= now() - interval '24 hours'
        ORDER BY old.created_at
        LIMIT sqlc.arg(row_count_max)
    );
