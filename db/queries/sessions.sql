-- name: InsertSession :exec
INSERT INTO sessions (id, username, user_agent, client_address, expires_at)
VALUES (
    sqlc.arg(id),
    sqlc.arg(username),
    sqlc.arg(user_agent),
    sqlc.narg(client_address),
    now() + sqlc.arg(lifetime)::interval
);

-- name: GetSessionCaller :one
-- Who is behind a token. Read anew for every request, so that a changed role or an ended session
-- counts at once.
SELECT
    users.username,
    users.role
FROM sessions
INNER JOIN users ON users.username = sessions.username
WHERE sessions.id = sqlc.arg(id)
    AND sessions.ended_at IS NULL
    AND sessions.expires_at > now();
