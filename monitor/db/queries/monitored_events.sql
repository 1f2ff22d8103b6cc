-- name: InsertEvents :many
-- Stores events that are not stored yet; the positions of those that were not.
INSERT INTO monitored_events (
    position, generation, epoch, type, happened_at, subject, account_ids, request_id, data
)
SELECT
    e.position,
    sqlc.arg(generation)::bigint,
    sqlc.arg(epoch)::bigint,
    e.type,
    e.happened_at,
    e.subject,
    e.account_ids::bigint[],
    e.request_id,
    e.data::jsonb
FROM unnest(
        sqlc.arg(positions)::bigint[],
        sqlc.arg(types)::text[],
        sqlc.arg(times)::timestamptz[],
        sqlc.arg(subjects)::text[],
        sqlc.arg(account_ids)::text[],
        sqlc.arg(request_ids)::text[],
        sqlc.arg(contents)::text[]
    ) AS e (position, type, happened_at, subject, account_ids, request_id, data)
ON CONFLICT ON CONSTRAINT monitored_events_pkey DO NOTHING
RETURNING position;

-- name: ConfirmEvents :many
-- Takes over what an earlier generation has stored and the bank tells again: the same event at the
-- same position. What differs stays behind there.
UPDATE monitored_events
SET
    generation = sqlc.arg(generation)::bigint,
    epoch = sqlc.arg(epoch)::bigint
FROM unnest(
        sqlc.arg(positions)::bigint[],
        sqlc.arg(types)::text[],
        sqlc.arg(times)::timestamptz[],
        sqlc.arg(subjects)::text[]
    ) AS e (position, type, happened_at, subject)
WHERE
    monitored_events.position = e.position
    AND monitored_events.position BETWEEN sqlc.arg(first_position) AND sqlc.arg(last_position)
    AND monitored_events.generation < sqlc.arg(generation)::bigint
    AND monitored_events.type = e.type
    AND monitored_events.happened_at = e.happened_at
    AND monitored_events.subject = e.subject
RETURNING monitored_events.position;

-- name: ListLogins :many
-- When a user signed in, newest first.
SELECT
    epoch,
    position,
    happened_at,
    request_id,
    data
FROM monitored_events
WHERE
    username = sqlc.arg(username)
    AND generation = sqlc.arg(generation)
    AND position < sqlc.arg(before_position)
ORDER BY position DESC
LIMIT sqlc.arg(row_count_max);

-- name: ListMovements :many
-- Transfers from and to an account, newest first: each side by its own index.
SELECT
    m.epoch::bigint AS epoch,
    m.position::bigint AS position,
    m.happened_at::timestamptz AS happened_at,
    m.request_id,
    m.data::jsonb AS data
FROM (
    (
        SELECT
            f.epoch,
            f.position,
            f.happened_at,
            f.request_id,
            f.data
        FROM monitored_events AS f
        WHERE
            f.from_account_id = sqlc.arg(account_id)
            AND f.generation = sqlc.arg(generation)
            AND f.position < sqlc.arg(before_position)
        ORDER BY f.position DESC
        LIMIT sqlc.arg(row_count_max)
    )
    UNION ALL
    (
        SELECT
            t.epoch,
            t.position,
            t.happened_at,
            t.request_id,
            t.data
        FROM monitored_events AS t
        WHERE
            t.to_account_id = sqlc.arg(account_id)
            AND t.generation = sqlc.arg(generation)
            AND t.position < sqlc.arg(before_position)
        ORDER BY t.position DESC
        LIMIT sqlc.arg(row_count_max)
    )
) AS m
ORDER BY m.position DESC
LIMIT sqlc.arg(row_count_max);

-- name: FindWithdrawalBefore :one
-- The withdrawal from an account that is so many before the one at a position, unless an earlier
-- decision has counted it.
SELECT happened_at
FROM monitored_events
WHERE
    from_account_id = sqlc.arg(account_id)
    AND transfer_kind = 'withdrawal'
    AND generation = sqlc.arg(generation)
    AND position > sqlc.arg(counted_position)
    AND position <= sqlc.arg(position)
ORDER BY position DESC
LIMIT 1 OFFSET sqlc.arg(skipped_count);

-- name: FindLoginBefore :one
-- The login of a user that is so many before the one at a position, unless an earlier decision has
-- counted it.
SELECT happened_at
FROM monitored_events
WHERE
    username = sqlc.arg(username)
    AND generation = sqlc.arg(generation)
    AND position > sqlc.arg(counted_position)
    AND position <= sqlc.arg(position)
ORDER BY position DESC
LIMIT 1 OFFSET sqlc.arg(skipped_count);

-- name: FindFreeze :one
-- Whether an account was frozen after a position, by whomever.
SELECT
    epoch,
    position,
    happened_at
FROM monitored_events
WHERE
    frozen_account_id = sqlc.arg(account_id)
    AND generation = sqlc.arg(generation)
    AND position > sqlc.arg(after_position)
ORDER BY position
LIMIT 1;
