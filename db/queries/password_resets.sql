-- name: InsertPasswordReset :one
-- @required
INSERT INTO password_resets (username, email, code_hash)
VALUES (sqlc.arg(username), sqlc.arg(email), sqlc.arg(code_hash))
RETURNING id;

-- name: DeleteUnusedPasswordReset :exec
DELETE FROM password_resets
WHERE code_hash = sqlc.arg(code_hash)
    AND used_at IS NULL;

-- name: RenewPasswordReset :one
-- A code whose row was deleted. No row: it was used, or the address is no user's.
INSERT INTO password_resets (username, email, code_hash)
SELECT
    username,
    email,
    sqlc.arg(code_hash)::bytea
FROM users
WHERE lower(users.email) = lower(sqlc.arg(email))
    AND users.email = sqlc.arg(email)
ON CONFLICT (code_hash) DO NOTHING
RETURNING id;

-- name: GetUserOfPasswordReset :one
-- For the strength of the new password: a guesser knows the names of the user.
SELECT users.*
FROM users
INNER JOIN password_resets ON password_resets.username = users.username
WHERE password_resets.code_hash = sqlc.arg(code_hash);

-- name: LockUserOfPasswordReset :one
-- Locked before the code is used, because the address must not change meanwhile.
SELECT users.username
FROM users
INNER JOIN password_resets ON password_resets.username = users.username
WHERE password_resets.code_hash = sqlc.arg(code_hash)
FOR NO KEY UPDATE OF users;

-- name: UsePasswordReset :one
-- The user whose password a code resets. A code works once, before it expires, and only while the
-- address that it was mailed to is still the user's. A code that expires in more than a day was
-- made while the clock ran ahead, and does not work.
UPDATE password_resets
SET used_at = now()
FROM users
WHERE password_resets.code_hash = sqlc.arg(code_hash)
    AND password_resets.used_at IS NULL
    AND password_resets.expires_at > now()
    AND password_resets.expires_at <= now() + code_retention()
    AND users.username = password_resets.username
    AND users.email = password_resets.email
RETURNING password_resets.username;

-- name: UseAllPasswordResets :execrows
-- Invalidates all other codes that were mailed to the user.
UPDATE password_resets
SET used_at = now()
WHERE username = sqlc.arg(username)
    AND used_at IS NULL;

-- name: DeleteExpiredPasswordResets :execrows
DELETE FROM password_resets
WHERE id IN (
        SELECT old.id
        FROM password_resets AS old
        WHERE old.expires_at < now() - code_retention()
            AND old.expires_at < sqlc.arg(moment)::timestamptz - code_retention()
        ORDER BY old.expires_at
        LIMIT sqlc.arg(row_count_max)
        FOR UPDATE SKIP LOCKED
    );
