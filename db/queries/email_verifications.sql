-- name: InsertEmailVerification :one
-- @required
INSERT INTO email_verifications (username, email, code_hash)
VALUES (sqlc.arg(username), sqlc.arg(email), sqlc.arg(code_hash))
RETURNING id;

-- name: DeleteUnusedEmailVerification :exec
DELETE FROM email_verifications
WHERE id = sqlc.arg(id)
    AND used_at IS NULL;

-- name: RenewEmailVerification :one
-- A code whose row was deleted, under its number. No row: it was used, or the address is no user's.
INSERT INTO email_verifications (id, username, email, code_hash)
OVERRIDING SYSTEM VALUE
SELECT
    sqlc.arg(id)::bigint,
    username,
    email,
    sqlc.arg(code_hash)::bytea
FROM users
WHERE lower(users.email) = lower(sqlc.arg(email))
    AND users.email = sqlc.arg(email)
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: LockUserOfEmailVerification :one
-- Locked before the code is used, because the address must not change meanwhile.
SELECT users.username
FROM users
INNER JOIN email_verifications ON email_verifications.username = users.username
WHERE email_verifications.id = sqlc.arg(id)
FOR NO KEY UPDATE OF users;

-- name: UseEmailVerification :one
-- The user whose address a code verifies. A code works once, before it expires, and only while the
-- address is still the user's. A code that expires in more than a day was made while the clock ran
-- ahead, and does not work.
UPDATE email_verifications
SET used_at = now()
FROM users
WHERE email_verifications.id = sqlc.arg(id)
    AND email_verifications.code_hash = sqlc.arg(code_hash)
    AND email_verifications.used_at IS NULL
    AND email_verifications.expires_at > now()
    AND email_verifications.expires_at <= now() + code_retention()
    AND users.username = email_verifications.username
    AND users.email = email_verifications.email
RETURNING email_verifications.username;

-- name: DeleteExpiredEmailVerifications :execrows
DELETE FROM email_verifications
WHERE id IN (
        SELECT old.id
        FROM email_verifications AS old
        WHERE old.expires_at < now() - code_retention()
            AND old.expires_at < sqlc.arg(moment)::timestamptz - code_retention()
        ORDER BY old.expires_at
        LIMIT sqlc.arg(row_count_max)
        FOR UPDATE SKIP LOCKED
    );
