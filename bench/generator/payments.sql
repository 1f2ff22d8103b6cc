-- name: GetPayment :one
SELECT *
FROM payments
WHERE id = sqlc.arg(id);

-- name: ListPayments :many
SELECT *
FROM payments
ORDER BY id
LIMIT sqlc.arg(row_count_max)::bigint;

-- name: StreamPayments :many
-- @stream
SELECT *
FROM payments
ORDER BY id;

-- name: InsertDraft :exec
INSERT INTO drafts (account_id, amount, currency, description, created_at)
VALUES ($1, $2, $3, $4, $5);

-- name: BatchDrafts :batchexec
INSERT INTO drafts (account_id, amount, currency, description, created_at)
VALUES ($1, $2, $3, $4, $5);

-- name: CopyDrafts :copyfrom
INSERT INTO drafts (account_id, amount, currency, description, created_at)
VALUES ($1, $2, $3, $4, $5);
