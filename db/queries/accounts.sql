-- name: InsertAccount :one
-- No row if the bank has no such currency, or the owner an account in it: an error of a constraint
-- would be a line in the log of PostgreSQL, and quote the owner.
INSERT INTO accounts (owner, currency)
SELECT
    sqlc.arg(owner)::text,
    currencies.code
FROM currencies
WHERE currencies.code = sqlc.arg(currency)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: ListAccountsById :many
SELECT *
FROM customer_accounts
WHERE id = ANY(sqlc.arg(ids)::bigint[]);

-- name: ListAccounts :many
-- Newest first. The number of a person's accounts is limited, so the sort is over few.
SELECT *
FROM customer_accounts
WHERE owner = sqlc.arg(owner)::text
    AND id < sqlc.arg(before_id)
ORDER BY id DESC
LIMIT sqlc.arg(row_count_max);

-- name: CountAccounts :one
-- How many accounts a person has had, closed ones included.
-- @required
SELECT count(*) AS account_count
FROM accounts
WHERE owner = sqlc.arg(owner)::text;

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

-- name: FinishAccountHistory :exec
-- Nothing is posted to the account at an earlier time any more, whatever the clock says.
UPDATE accounts
SET final_at = greatest(final_at, sqlc.arg(final_at)::timestamptz)
WHERE id = sqlc.arg(id);

-- name: ListOwnAccountIds :many
-- Closed ones, too.
SELECT id
FROM accounts
WHERE owner = sqlc.arg(owner)::text;
