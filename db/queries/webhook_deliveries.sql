-- name: ParkWebhookDelivery :exec
-- Without a delay there is no further try.
INSERT INTO webhook_deliveries (
    endpoint_id, position, try_count, next_try_at, last_status, failed_at
)
VALUES (
    sqlc.arg(endpoint_id),
    sqlc.arg(position),
    sqlc.arg(try_count),
    now() + sqlc.narg(delay)::interval,
    sqlc.narg(last_status),
    now()
)
ON CONFLICT (endpoint_id, position) DO UPDATE
    SET
        try_count = excluded.try_count,
        next_try_at = excluded.next_try_at,
        last_status = excluded.last_status,
        failed_at = excluded.failed_at;

-- name: DeleteWebhookDelivery :exec
DELETE FROM webhook_deliveries
WHERE endpoint_id = sqlc.arg(endpoint_id)
    AND position = sqlc.arg(position);

-- name: ListDueWebhookDeliveries :many
SELECT *
FROM webhook_deliveries
WHERE endpoint_id = sqlc.arg(endpoint_id)
    AND next_try_at <= now()
ORDER BY next_try_at
LIMIT sqlc.arg(row_count_max);

-- name: ListWebhookDeliveries :many
-- What an endpoint has not taken, newest event first.
SELECT *
FROM webhook_deliveries
WHERE endpoint_id = sqlc.arg(endpoint_id)
    AND position < sqlc.arg(before_position)
ORDER BY position DESC
LIMIT sqlc.arg(row_count_max);

-- name: RetryWebhookDelivery :one
-- As soon as a worker can; one try at least is left.
UPDATE webhook_deliveries
SET
    next_try_at = now(),
    try_count = least(try_count, sqlc.arg(try_count_max)::bigint)
WHERE endpoint_id = sqlc.arg(endpoint_id)
    AND position = sqlc.arg(position)
RETURNING *;

-- name: DeleteOldWebhookDeliveries :execrows
DELETE FROM webhook_deliveries
WHERE (endpoint_id, position) IN (
        SELECT
            old.endpoint_id,
            old.position
        FROM webhook_deliveries AS old
        WHERE old.failed_at < now() - interval '30 days'
            AND old.failed_at < sqlc.arg(moment)::timestamptz - interval '30 days'
        ORDER BY old.failed_at
        LIMIT sqlc.arg(row_count_max)
        FOR UPDATE SKIP LOCKED
    );
