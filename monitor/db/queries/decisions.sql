-- name: InsertDecision :execrows
-- Once for an occasion, however often its events are judged.
INSERT INTO decisions (
    rule, subject, account_id, generation, position, event_count, within, happened_at, status
)
VALUES (
    sqlc.arg(rule),
    sqlc.arg(subject),
    sqlc.narg(account_id),
    sqlc.arg(generation),
    sqlc.arg(position),
    sqlc.arg(event_count),
    sqlc.arg(within),
    sqlc.arg(happened_at),
    sqlc.arg(status)
)
ON CONFLICT ON CONSTRAINT decisions_occasion_key DO NOTHING;

-- name: GetCountedPosition :one
-- Up to where an earlier decision has counted the events of a subject.
-- @required
SELECT coalesce(max(position), 0)::bigint AS "position!"
FROM decisions
WHERE
    rule = sqlc.arg(rule)
    AND subject = sqlc.arg(subject)
    AND position < sqlc.arg(before_position);

-- name: ClaimDueDecisions :many
-- Commands to send now. Nobody else takes one before its lease is over. One that was sent before,
-- without a reply, waits until the feed tells what became of it.
UPDATE decisions
SET
    try_count = decisions.try_count + 1,
    tried_at = now(),
    next_try_at = now() + sqlc.arg(lease)::interval
WHERE decisions.id IN (
        SELECT d.id
        FROM decisions AS d
        CROSS JOIN feed_place AS p
        WHERE
            d.status = 'due'
            AND d.next_try_at <= now()
            AND (
                d.try_count = 0 OR p.caught_up_at > d.tried_at + sqlc.arg(answered_within)::interval
            )
        ORDER BY d.next_try_at
        LIMIT sqlc.arg(row_count_max)
        FOR UPDATE OF d SKIP LOCKED
    )
RETURNING *;

-- name: NoteReply :execrows
-- The first reply stays.
UPDATE decisions
SET
    status = sqlc.arg(status),
    replied_at = now(),
    reply = sqlc.arg(reply)::jsonb,
    last_problem = sqlc.narg(problem)
WHERE
    id = sqlc.arg(id)
    AND status = 'due';

-- name: PostponeDecision :exec
UPDATE decisions
SET
    next_try_at = now() + sqlc.arg(delay)::interval,
    last_problem = sqlc.arg(problem)::text
WHERE
    id = sqlc.arg(id)
    AND status = 'due';

-- name: ListDecisions :many
-- What the rules have found, newest first.
SELECT *
FROM decisions
WHERE id < sqlc.arg(before_id)
ORDER BY id DESC
LIMIT sqlc.arg(row_count_max);
