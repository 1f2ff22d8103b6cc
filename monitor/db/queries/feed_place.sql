-- name: GetPlace :one
-- @required
SELECT *
FROM feed_place;

-- name: LockPlace :one
-- Whoever stores what was read holds it, so that two monitors on one database store nothing twice.
-- @required
SELECT *
FROM feed_place
FOR NO KEY UPDATE;

-- name: GetClock :one
-- The time of the database, by which all times of the place are, and how many partitions there are.
-- @required
SELECT
    now() AS "now!",
    (
        SELECT count(*) FROM pg_inherits AS i
        WHERE i.inhparent = 'monitored_events'::regclass)
        AS "partition_count!";

-- name: MovePlace :exec
UPDATE feed_place
SET
    next_cursor = sqlc.arg(next_cursor),
    epoch = coalesce(sqlc.narg(epoch), epoch),
    position = greatest(position, sqlc.arg(position)),
    newest_at = coalesce(sqlc.narg(newest_at), newest_at),
    record_offset = coalesce(sqlc.narg(record_offset), record_offset),
    answered_at = now(),
    caught_up_at = CASE WHEN sqlc.arg(has_more)::boolean THEN caught_up_at ELSE now() END,
    behind_since = CASE WHEN sqlc.arg(has_more)::boolean THEN coalesce(behind_since, now()) END,
    trouble = NULL,
    trouble_since = NULL;

-- name: NoteOffset :exec
-- Where the topic of events ended before the feed was first read.
UPDATE feed_place
SET record_offset = sqlc.arg(record_offset)
WHERE record_offset IS NULL;

-- name: NoteTrouble :exec
UPDATE feed_place
SET
    trouble = sqlc.arg(trouble)::text,
    trouble_since = coalesce(trouble_since, now());

-- name: BeginGeneration :execrows
-- The feed is read from its start again, unless another monitor has begun that already.
UPDATE feed_place
SET
    generation = generation + 1,
    next_cursor = NULL,
    epoch = NULL,
    position = 0,
    behind_since = coalesce(behind_since, now())
WHERE
    generation = sqlc.arg(generation)
    AND next_cursor IS NOT DISTINCT FROM sqlc.narg(next_cursor);

-- name: InsertGeneration :exec
INSERT INTO feed_generations (generation, left_cursor)
VALUES (sqlc.arg(generation), sqlc.narg(left_cursor));

-- name: ListGenerations :many
-- When the bank was set back, newest first.
SELECT *
FROM feed_generations
ORDER BY generation DESC
LIMIT sqlc.arg(row_count_max);

-- name: GetUnsettledGeneration :one
-- A generation whose feed is read to its end, and whose lost events are to be told apart.
SELECT g.generation
FROM feed_generations AS g
INNER JOIN feed_place AS p ON g.generation = p.generation
WHERE
    g.settled_at IS NULL
    AND p.caught_up_at > g.began_at
    AND p.behind_since IS NULL;

-- name: MoveLostEvents :execrows
-- What the bank did not tell again has not happened.
WITH gone AS (
    DELETE FROM monitored_events
    WHERE monitored_events.generation < sqlc.arg(generation)
    RETURNING
        monitored_events.generation,
        monitored_events.position,
        monitored_events.epoch,
        monitored_events.type,
        monitored_events.happened_at,
        monitored_events.subject,
        monitored_events.account_ids,
        monitored_events.request_id,
        monitored_events.data,
        monitored_events.received_at
)

INSERT INTO lost_events (
    generation, position, epoch, type, happened_at, subject, account_ids, request_id, data,
    received_at
)
SELECT
    gone.generation,
    gone.position,
    gone.epoch,
    gone.type,
    gone.happened_at,
    gone.subject,
    gone.account_ids,
    gone.request_id,
    gone.data,
    gone.received_at
FROM gone;

-- name: SettleGeneration :exec
-- Generations that ended before they were settled have lost nothing of their own.
UPDATE feed_generations
SET
    settled_at = now(),
    lost_event_count = CASE
        WHEN generation = sqlc.arg(generation)::bigint THEN sqlc.arg(lost_event_count)::bigint
        ELSE 0
    END
WHERE
    generation <= sqlc.arg(generation)::bigint
    AND settled_at IS NULL;

-- name: ListLostEvents :many
-- Events that the bank does not know any more, newest first.
SELECT *
FROM lost_events
WHERE position < sqlc.arg(before_position)
ORDER BY position DESC, generation DESC
LIMIT sqlc.arg(row_count_max);

-- name: LiftTimeout :exec
-- All events are looked at once: this may take a minute.
SELECT set_config('statement_timeout', '10min', true);
