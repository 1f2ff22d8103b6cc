-- name: InsertAccount :one
-- @required
INSERT INTO accounts (owner, currency)
VALUES (sqlc.arg(owner)::text, sqlc.arg(currency))
RETURNING *;

-- name: GetAccount :one
SELECT *
FROM accounts
WHERE id = sqlc.arg(id);

-- name: ListAccounts :many
-- Newest first. A person has at most one account per currency, so the sort is over a handful.
SELECT *
FROM accounts
WHERE owner = sqlc.arg(owner)::text
    AND id < sqlc.arg(before_id)
ORDER BY id DESC
LIMIT sqlc.arg(row_count_max);
