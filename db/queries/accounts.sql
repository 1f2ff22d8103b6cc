-- name: InsertAccount :one
-- @required
INSERT INTO accounts (owner, currency)
VALUES (sqlc.arg(owner)::text, sqlc.arg(currency))
RETURNING id;

-- name: ListAccountsById :many
SELECT *
FROM customer_accounts
WHERE id = ANY(sqlc.arg(ids)::bigint[]);

-- name: ListAccounts :many
-- Newest first. A user has at most one account per currency, so only a few rows are sorted.
SELECT *
FROM customer_accounts
WHERE owner = sqlc.arg(owner)::text
    AND id < sqlc.arg(before_id)
ORDER BY id DESC
LIMIT sqlc.arg(row_count_max);

-- name: LockAccount :one
-- No other transaction changes the account's status, balance or holds until this one ends.
SELECT *
FROM accounts
WHERE id = sqlc.arg(id)
FOR NO KEY UPDATE;

-- name: UpdateAccountStatus :exec
UPDATE accounts
SET status = sqlc.arg(status)
WHERE id = sqlc.arg(id);

-- name: ShareAccount :one
-- Waits for postings to the account that are not committed yet, and keeps later ones waiting until
-- the transaction ends.
SELECT *
FROM accounts
WHERE id = sqlc.arg(id)
FOR SHARE;
