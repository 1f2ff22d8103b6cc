-- name: InsertWebhookEndpoint :one
-- @required
INSERT INTO webhook_endpoints (owner, url, types, sealed_secret, position)
VALUES (
    sqlc.narg(owner),
    sqlc.arg(url),
    sqlc.narg(types),
    sqlc.arg(sealed_secret),
    sqlc.arg(position)
)
RETURNING *;

-- name: GetWebhookEndpoint :one
SELECT *
FROM webhook_endpoints
WHERE id = sqlc.arg(id);

-- name: LockWebhookEndpoint :one
SELECT *
FROM webhook_endpoints
WHERE id = sqlc.arg(id)
FOR NO KEY UPDATE;

-- name: CountWebhookEndpoints :one
-- @required
SELECT count(*)
FROM webhook_endpoints
WHERE owner = sqlc.arg(owner);

-- name: ListWebhookEndpoints :many
-- The endpoints of a customer, newest first.
SELECT *
FROM webhook_endpoints
WHERE owner = sqlc.arg(owner)
    AND id < sqlc.arg(before_id)
ORDER BY id DESC
LIMIT sqlc.arg(row_count_max);

-- name: ListWebhookEndpointsOfBank :many
SELECT *
FROM webhook_endpoints
WHERE owner IS NULL
    AND id < sqlc.arg(before_id)
ORDER BY id DESC
LIMIT sqlc.arg(row_count_max);

-- name: UpdateWebhookEndpoint :one
UPDATE webhook_endpoints
SET
    url = sqlc.arg(url),
    types = sqlc.narg(types)
WHERE id = sqlc.arg(id)
RETURNING *;

-- name: UpdateWebhookStatus :one
-- Paused, or resumed: then nothing is left of earlier failures.
UPDATE webhook_endpoints
SET
    status = sqlc.arg(status),
    failure_count = 0,
    probe_count = 0,
    failing_since = NULL,
    retry_at = NULL,
    recovered_at = NULL
WHERE id = sqlc.arg(id)
RETURNING *;

-- name: RotateWebhookSecret :one
-- The one before signs along for a while; with no time at all, it ends at once.
UPDATE webhook_endpoints
SET
    sealed_secret = sqlc.arg(sealed_secret),
    sealed_previous_secret
    = CASE WHEN sqlc.narg(overlap)::interval IS NOT NULL THEN sealed_secret END,
    previous_until = now() + sqlc.narg(overlap)::interval
WHERE id = sqlc.arg(id)
RETURNING *;

-- name: UpdateWebhookReplay :one
UPDATE webhook_endpoints
SET
    replay_position = sqlc.arg(replay_position),
    replay_until_position = sqlc.arg(replay_until_position)
WHERE id = sqlc.arg(id)
RETURNING *;

-- name: DeleteWebhookEndpoint :exec
DELETE FROM webhook_endpoints
WHERE id = sqlc.arg(id);

-- name: ListRunningWebhookEndpoints :many
SELECT id
FROM webhook_endpoints
WHERE status IN ('active', 'failing')
    AND id > sqlc.arg(after_id)
ORDER BY id
LIMIT sqlc.arg(row_count_max);

-- name: ListActiveWebhookEndpoints :many
-- With whether something may wait for them behind their positions: to look is much cheaper than to
-- give each a turn. Failing ones wait until `retry_at`, and then they are due.
SELECT
    endpoints.id,
    (
        endpoints.owner IS NULL
        OR endpoints.replay_position IS NOT NULL
        OR EXISTS (
            SELECT 1
            FROM audit_events
            WHERE audit_events.username = endpoints.owner
                AND audit_events.id > endpoints.position
        )
        OR EXISTS (
            SELECT 1
            FROM accounts
            WHERE accounts.owner = endpoints.owner
                AND (
                    EXISTS (
                        SELECT 1
                        FROM entries
                        WHERE entries.account_id = accounts.id
                            AND entries.transfer_id > endpoints.position
                    )
                    OR EXISTS (
                        SELECT 1
                        FROM holds AS outgoing
                        WHERE outgoing.from_account_id = accounts.id
                            AND outgoing.id > endpoints.position
                    )
                    OR EXISTS (
                        SELECT 1
                        FROM holds AS incoming
                        WHERE incoming.to_account_id = accounts.id
                            AND incoming.id > endpoints.position
                    )
                    OR EXISTS (
                        SELECT 1
                        FROM holds AS outgoing_ended
                        WHERE outgoing_ended.from_account_id = accounts.id
                            AND outgoing_ended.end_position > endpoints.position
                    )
                    OR EXISTS (
                        SELECT 1
                        FROM holds AS incoming_ended
                        WHERE incoming_ended.to_account_id = accounts.id
                            AND incoming_ended.end_position > endpoints.position
                    )
                )
        )
    )::boolean AS may_be_behind
FROM webhook_endpoints AS endpoints
WHERE endpoints.status = 'active'
    AND endpoints.id > sqlc.arg(after_id)
ORDER BY endpoints.id
LIMIT sqlc.arg(row_count_max);

-- name: ListWebhookEndpointsConcerned :many
-- Those of some customers, and of the bank, which is told of everything.
(
    SELECT owned.id
    FROM webhook_endpoints AS owned
    WHERE owned.owner = ANY(sqlc.arg(owners)::text[])
        AND owned.status IN ('active', 'failing')
    ORDER BY owned.owner, owned.id
    LIMIT sqlc.arg(row_count_max)
)
UNION ALL
(
    SELECT own.id
    FROM webhook_endpoints AS own
    WHERE own.owner IS NULL
        AND own.status IN ('active', 'failing')
    ORDER BY own.id
    LIMIT sqlc.arg(row_count_max)
);

-- name: ListWebhookEndpointsDue :many
-- Those that have waited, and those that are to be sent a parked event. Some are listed twice.
(
    SELECT waiting.id
    FROM webhook_endpoints AS waiting
    WHERE waiting.retry_at <= now()
        AND waiting.status IN ('active', 'failing')
    ORDER BY waiting.retry_at
    LIMIT sqlc.arg(row_count_max)
)
UNION ALL
(
    SELECT parked.endpoint_id
    FROM webhook_deliveries AS parked
    WHERE parked.next_try_at <= now()
    ORDER BY parked.next_try_at
    LIMIT sqlc.arg(row_count_max)
);

-- name: ClaimWebhookEndpoint :one
-- For one worker at a time. A lease or a wait that lasts longer than any was written while the
-- clock ran ahead.
UPDATE webhook_endpoints
SET
    lease_token = sqlc.arg(lease_token),
    leased_until = now() + sqlc.arg(lease)::interval
WHERE id = sqlc.arg(id)
    AND status IN ('active', 'failing')
    AND (
        leased_until IS NULL
        OR leased_until NOT BETWEEN now() AND now() + sqlc.arg(lease)::interval
    )
    AND (retry_at IS NULL OR retry_at NOT BETWEEN now() AND now() + interval '2 days')
RETURNING *;

-- name: LockLeasedWebhookEndpoint :one
-- No row: another worker has it now, or it was deleted.
SELECT *
FROM webhook_endpoints
WHERE id = sqlc.arg(id)
    AND lease_token = sqlc.arg(lease_token)::uuid
FOR NO KEY UPDATE;

-- name: UpdateWebhookProgress :one
-- @required
UPDATE webhook_endpoints
SET
    position = sqlc.arg(position),
    replay_position = sqlc.narg(replay_position),
    replay_until_position = sqlc.narg(replay_until_position),
    status = sqlc.arg(status),
    failure_count = sqlc.arg(failure_count),
    probe_count = sqlc.arg(probe_count),
    failing_since = sqlc.narg(failing_since),
    retry_at = sqlc.narg(retry_at),
    recovered_at = sqlc.narg(recovered_at),
    last_tried_at = sqlc.narg(last_tried_at),
    last_status = sqlc.narg(last_status),
    leased_until = now() + sqlc.arg(lease)::interval
WHERE id = sqlc.arg(id)
RETURNING *;

-- name: ReleaseWebhookEndpoint :exec
UPDATE webhook_endpoints
SET
    lease_token = NULL,
    leased_until = NULL
WHERE id = sqlc.arg(id)
    AND lease_token = sqlc.arg(lease_token)::uuid;

-- name: NoteWebhookPing :exec
UPDATE webhook_endpoints
SET
    last_tried_at = now(),
    last_status = sqlc.narg(last_status)
WHERE id = sqlc.arg(id);

-- name: ListWebhookSecrets :many
SELECT
    id,
    sealed_secret,
    sealed_previous_secret
FROM webhook_endpoints
WHERE id > sqlc.arg(after_id)
ORDER BY id
LIMIT sqlc.arg(row_count_max);

-- name: ResealWebhookSecrets :exec
-- Unless it was rotated meanwhile.
UPDATE webhook_endpoints
SET
    sealed_secret = sqlc.arg(sealed_secret),
    sealed_previous_secret = sqlc.narg(sealed_previous_secret)
WHERE id = sqlc.arg(id)
    AND sealed_secret = sqlc.arg(known_secret)::text;
