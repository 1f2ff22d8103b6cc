-- name: InsertUser :one
-- No row if the username or the e-mail address is taken: an error of a constraint would be a line
-- in the log of PostgreSQL, and quote them.
INSERT INTO users (username, hashed_password, full_name, email, role)
VALUES (
    sqlc.arg(username),
    sqlc.arg(hashed_password),
    sqlc.arg(full_name),
    sqlc.arg(email),
    sqlc.arg(role)
)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: GetUser :one
SELECT *
FROM users
WHERE username = sqlc.arg(username);

-- name: ListAdmins :many
-- The admins who can log in, by name.
SELECT username
FROM users
WHERE role = 'admin'
    AND blocked_at IS NULL
    AND username > sqlc.arg(after_username)
ORDER BY username
LIMIT sqlc.arg(row_count_max);

-- name: UpdateUserRole :one
UPDATE users
SET role = sqlc.arg(role)
WHERE username = sqlc.arg(username)
RETURNING *;

-- name: LockUser :one
-- For a change that depends on the state of the user.
SELECT *
FROM users
WHERE username = sqlc.arg(username)
FOR NO KEY UPDATE;

-- name: GetUserByEmail :one
SELECT *
FROM users
WHERE lower(email) = lower(sqlc.arg(email));

-- name: UpdateUser :one
-- A column whose argument is NULL keeps its value. A changed address becomes unverified.
-- @required
UPDATE users
SET
    full_name = coalesce(sqlc.narg(full_name), full_name),
    email = coalesce(sqlc.narg(email), email),
    is_email_verified
    = is_email_verified AND coalesce(sqlc.narg(email), email) = email,
    hashed_password = coalesce(sqlc.narg(hashed_password), hashed_password),
    password_changed_at = CASE
        WHEN sqlc.narg(hashed_password)::text IS NULL THEN password_changed_at ELSE now()
    END
WHERE username = sqlc.arg(username)
RETURNING *;

-- name: RehashPassword :execrows
-- Stores the same password hashed at another cost, unless the password was changed meanwhile.
UPDATE users
SET hashed_password = sqlc.arg(hashed_password)
WHERE username = sqlc.arg(username)
    AND hashed_password = sqlc.arg(known_hash)::text;

-- name: VerifyUserEmail :one
-- @required
UPDATE users
SET is_email_verified = true
WHERE username = sqlc.arg(username)
RETURNING *;

-- name: BlockUser :one
-- @required
UPDATE users
SET blocked_at = CASE WHEN sqlc.arg(is_blocked)::boolean THEN coalesce(blocked_at, now()) END
WHERE username = sqlc.arg(username)
RETURNING *;
