-- name: InsertEmailVerification :one
-- @required
INSERT INTO email_verifications (username, email, code_hash)
VALUES (sqlc.arg(username), sqlc.arg(email), sqlc.arg(code_hash))
RETURNING id;

-- name: LockUserOfEmailVerification :one
-- Before the code is used: the address must not change meanwhile.
SELECT users.username
FROM users
INNER JOIN email_verifications ON email_verifications.username = users.username
WHERE email_verifications.id = sqlc.arg(id)
FOR NO KEY UPDATE OF users;

-- name: UseEmailVerification :one
-- Whose address is proved by a code: once, in time, and only while it is still the user's address.
UPDATE email_verifications
SET used_at = now()
FROM users
WHERE email_verifications.id = sqlc.arg(id)
    AND email_verifications.code_hash = sqlc.arg(code_hash)
    AND email_verifications.used_at IS NULL
    AND email_verifications.expires_at > now()
    AND users.username = email_verifications.username
    AND users.email = email_verifications.email
RETURNING email_verifications.username;

-- name: DeleteExpiredEmailVerifications :execrows
DELETE FROM email_verifications
WHERE id IN (
        SELECT old.id
        FROM email_verifications AS old
        WHERE old.expires_at < now() - code_retention()
        ORDER BY old.expires_at
        LIMIT sqlc.arg(row_count_max)
        FOR UPDATE SKIP LOCKED
    );
