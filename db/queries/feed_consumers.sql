-- name: InsertConsumer :exec
-- A consumer that is new begins with the first event.
INSERT INTO feed_consumers (name, epoch, position)
SELECT
    sqlc.arg(name)::text AS name,
    feed_horizon.epoch,
    0 AS position
FROM feed_horizon
ON CONFLICT (name) DO NOTHING;

-- name: TakeConsumerLease :one
-- Nobody has the lease, or it has ended.
UPDATE feed_consumers
SET
    lease_token = gen_random_uuid(),
    leased_until = now() + make_interval(secs => sqlc.arg(duration_s))
WHERE name = sqlc.arg(name)
    AND (leased_until IS NULL OR leased_until <= now())
RETURNING *;

-- name: RenewConsumerLease :execrows
-- A lease that has ended is renewed too, as long as nobody else has taken it.
UPDATE feed_consumers
SET leased_until = now() + make_interval(secs => sqlc.arg(duration_s))
WHERE name = sqlc.arg(name)
    AND lease_token = sqlc.arg(lease_token);

-- name: AdvanceConsumer :execrows
-- Also renews the lease.
UPDATE feed_consumers
SET
    epoch = sqlc.arg(epoch),
    position = sqlc.arg(position),
    resumed_count = set_back_count,
    last_error = NULL,
    leased_until = now() + make_interval(secs => sqlc.arg(duration_s))
WHERE name = sqlc.arg(name)
    AND lease_token = sqlc.arg(lease_token);

-- name: NoteConsumerProblem :exec
UPDATE feed_consumers
SET last_error = sqlc.arg(last_error)::text
WHERE name = sqlc.arg(name)
    AND lease_token = sqlc.arg(lease_token);

-- name: GiveUpConsumerLease :exec
UPDATE feed_consumers
SET
    lease_token = NULL,
    leased_until = NULL
WHERE name = sqlc.arg(name)
    AND lease_token = sqlc.arg(lease_token);

-- name: ListConsumersBehind :many
-- By how many positions the consumers of each kind are behind what is settled, at most. All names
-- are greater than nothing; the condition and the limit make it a bounded range of the index.
-- @notnull kind position_count
WITH consumers AS (
    SELECT
        feed_consumers.name,
        feed_consumers.position
    FROM feed_consumers
    WHERE feed_consumers.name > ''
    ORDER BY feed_consumers.name
    LIMIT sqlc.arg(row_count_max)
)

SELECT
    split_part(consumers.name, ':', 1) AS kind,
    max(greatest(feed_horizon.settled_position - consumers.position, 0))::bigint AS position_count
FROM consumers
CROSS JOIN feed_horizon
GROUP BY split_part(consumers.name, ':', 1);

-- name: GetConsumer :one
SELECT *
FROM feed_consumers
WHERE name = sqlc.arg(name);
