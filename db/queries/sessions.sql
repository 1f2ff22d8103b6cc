-- name: InsertSession :one
-- @required
INSERT INTO sessions (id, username, user_agent, client_address, refresh_token_hash, expires_at)
VALUES (
    sqlc.arg(id),
    sqlc.arg(username),
    sqlc.arg(user_agent),
    sqlc.narg(client_address),
    sqlc.narg(refresh_token_hash),
    now() + sqlc.arg(lifetime)::interval
)
RETURNING *;

-- name: ListSessionCallers :many
-- The users of concurrent requests, by their sessions. They are read for every request, unless
-- PostTransfers checks the session, so that a changed role, an ended session or a blocked user
-- counts at once.
SELECT
    sessions.id,
    users.username,
    users.role,
    users.is_email_verified,
    (now() - sessions.last_used_at)::interval AS unnoted_for
FROM sessions
INNER JOIN users ON users.username = sessions.username
WHERE sessions.id = ANY(sqlc.arg(ids)::uuid[])
    AND sessions.ended_at IS NULL
    AND sessions.expires_at > now()
    AND users.blocked_at IS NULL;

-- name: NoteSessionUses :exec
-- Once per interval, which is exact enough for a list, so that all other requests only read. A
-- session that is locked by another transaction is skipped, because no request may wait for this.
-- A use in the future was noted while the clock ran ahead.
UPDATE sessions
SET last_used_at = now()
WHERE id IN (
        SELECT used.id
        FROM sessions AS used
        WHERE used.id = ANY(sqlc.arg(ids)::uuid[])
            AND used.last_used_at NOT BETWEEN now() - sqlc.arg(note_interval)::interval AND now()
            AND used.ended_at IS NULL
        FOR NO KEY UPDATE SKIP LOCKED
    );

-- name: RotateRefreshToken :one
-- Replaces the session's one valid refresh token by the next. Of two concurrent calls the second
-- waits, and then finds its token used. No row means that the token did not work. A session lasts
-- for `session_duration_max` at most, and never ends before it began, though the clock may step
-- back.
UPDATE sessions
SET
    refresh_token_hash = sqlc.arg(next_hash),
    renewal_hash = sqlc.arg(renewal_hash),
    renewed_at = now(),
    last_used_at = now(),
    expires_at
    = least(
        greatest(now(), sessions.created_at) + sqlc.arg(lifetime)::interval,
        sessions.created_at + session_duration_max()
    )
FROM users
WHERE sessions.id = sqlc.arg(id)
    AND sessions.refresh_token_hash = sqlc.arg(used_hash)::bytea
    AND sessions.ended_at IS NULL
    AND sessions.expires_at > now()
    AND users.username = sessions.username
    AND users.blocked_at IS NULL
RETURNING
    sessions.username,
    users.role,
    sessions.expires_at;

-- name: GetRepeatedRenewal :one
-- The session whose last renewal was this very one, not longer ago than `grace`. Both ways: while
-- the clock is behind an earlier renewal, no more is allowed than after it.
SELECT
    sessions.username,
    users.role,
    sessions.expires_at
FROM sessions
INNER JOIN users ON users.username = sessions.username
WHERE sessions.id = sqlc.arg(id)
    AND sessions.refresh_token_hash = sqlc.arg(next_hash)::bytea
    AND sessions.renewal_hash = sqlc.arg(renewal_hash)::bytea
    AND sessions.renewed_at > now() - sqlc.arg(grace)::interval
    AND sessions.renewed_at < now() + sqlc.arg(grace)::interval
    AND sessions.ended_at IS NULL
    AND sessions.expires_at > now()
    AND users.blocked_at IS NULL;

-- name: EndReusedSession :one
-- Ends a session whose refresh token was used twice.
UPDATE sessions
SET ended_at = now()
WHERE id = sqlc.arg(id)
    AND refresh_token_hash <> sqlc.arg(used_hash)::bytea
    AND ended_at IS NULL
RETURNING username;

-- name: ListSessions :many
-- The open sessions of a user, newest first.
SELECT *
FROM sessions
WHERE username = sqlc.arg(username)
    AND number < sqlc.arg(before_number)
    AND ended_at IS NULL
    AND expires_at > now()
ORDER BY number DESC
LIMIT sqlc.arg(row_count_max);

-- name: EndSession :one
UPDATE sessions
SET ended_at = now()
WHERE id = sqlc.arg(id)
    AND username = sqlc.arg(username)
    AND ended_at IS NULL
    AND expires_at > now()
RETURNING id;

-- name: EndSessions :many
-- Ends all sessions of a user, but for one that is kept. Those that are over, too: the clock may be
-- ahead, and when it steps back they would be open again.
UPDATE sessions
SET ended_at = now()
WHERE username = sqlc.arg(username)
    AND id IS DISTINCT FROM sqlc.narg(kept_id)::uuid
    AND ended_at IS NULL
RETURNING id;

-- name: EndOldestSessions :many
-- Ends the oldest open sessions of a user, so that the newest `kept_count` are left.
UPDATE sessions
SET ended_at = now()
WHERE id IN (
        SELECT oldest.id
        FROM sessions AS oldest
        WHERE oldest.username = sqlc.arg(username)
            AND oldest.ended_at IS NULL
            AND oldest.expires_at > now()
        ORDER BY oldest.number DESC
        OFFSET sqlc.arg(kept_count)
    )
    AND ended_at IS NULL
RETURNING id;

-- name: DeleteOldSessions :execrows
-- Sessions that expired more than 30 days ago, whether they ended before or not.
DELETE FROM sessions
WHERE id IN (
        SELECT old.id
        FROM sessions AS old
        WHERE old.expires_at < now() - interval '30 days'
            AND old.expires_at < sqlc.arg(moment)::timestamptz - interval '30 days'
        ORDER BY old.expires_at
        LIMIT sqlc.arg(row_count_max)
        FOR UPDATE SKIP LOCKED
    );

-- name: FindSessionFrom :one
-- A session that a user has opened from a network, as long as sessions are kept.
SELECT id
FROM sessions
WHERE username = sqlc.arg(username)
    AND client_address BETWEEN sqlc.arg(first_address)::inet AND sqlc.arg(last_address)::inet
ORDER BY client_address
LIMIT 1;
