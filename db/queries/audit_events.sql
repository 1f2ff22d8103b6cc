-- name: InsertAuditEvent :exec
INSERT INTO audit_events (
    action, subject, username, actor, request_id, client_address, before, after
)
VALUES (
    sqlc.arg(action),
    sqlc.arg(subject),
    sqlc.narg(username),
    sqlc.narg(actor),
    sqlc.narg(request_id),
    sqlc.narg(client_address),
    sqlc.narg(before),
    sqlc.narg(after)
);

-- name: ListAuditEvents :many
-- The events of one subject, newest first.
SELECT *
FROM audit_events
WHERE subject = sqlc.arg(subject)
    AND id < sqlc.arg(before_id)
ORDER BY id DESC
LIMIT sqlc.arg(row_count_max);

-- name: ListAuditEventsAfter :many
-- Of all, in the order of the feed.
SELECT *
FROM audit_events
WHERE id > sqlc.arg(after_position)
    AND id <= sqlc.arg(until_position)
ORDER BY id
LIMIT sqlc.arg(row_count_max);

-- name: ListAuditEventsOfActions :many
-- Of some actions, which may be rare, in the order of the feed.
SELECT *
FROM audit_events
WHERE id = ANY(
        ARRAY(
            SELECT found.id
            FROM unnest(sqlc.arg(actions)::text[]) AS wanted (action)
            CROSS JOIN
                LATERAL (
                    SELECT one.id
                    FROM audit_events AS one
                    WHERE one.action = wanted.action
                        AND one.id > sqlc.arg(after_position)
                        AND one.id <= sqlc.arg(until_position)
                    ORDER BY one.id
                    LIMIT sqlc.arg(row_count_max)
                ) AS found
            ORDER BY found.id
            LIMIT sqlc.arg(row_count_max)
        )
    )
ORDER BY id;

-- name: ListAuditEventsOfUser :many
-- Those that concern a user, in the order of the feed.
SELECT *
FROM audit_events
WHERE username = sqlc.arg(username)::text
    AND id > sqlc.arg(after_position)
    AND id <= sqlc.arg(until_position)
ORDER BY id
LIMIT sqlc.arg(row_count_max);

-- name: ListAuditEventsOfSubject :many
-- Those of one account, for example, in the order of the feed.
SELECT *
FROM audit_events
WHERE subject = sqlc.arg(subject)
    AND id > sqlc.arg(after_position)
    AND id <= sqlc.arg(until_position)
ORDER BY id
LIMIT sqlc.arg(row_count_max);
