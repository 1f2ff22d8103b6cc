-- name: InsertUser :one
-- @required
INSERT INTO users (username, hashed_password, full_name, email, role)
VALUES (
    sqlc.arg(username),
    sqlc.arg(hashed_password),
    sqlc.arg(full_name),
    sqlc.arg(email),
    sqlc.arg(role)
)
RETURNING *;

-- name: GetUser :one
SELECT *
FROM users
WHERE username = sqlc.arg(username);

-- name: UpdateUserRole :one
UPDATE users
SET role = sqlc.arg(role)
WHERE username = sqlc.arg(username)
RETURNING *;
