-- name: InsertAuditEvent :exec
INSERT INTO audit_events (
    action, subject, actor, request_id, client_address, before, after
)
VALUES (
    sqlc.arg(action),
    sqlc.arg(subject),
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
