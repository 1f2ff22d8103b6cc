-- name: ListEntries :many
-- Newest first. An account has one entry per transfer, so the transfer's id orders and pages them.
SELECT *
FROM entries
WHERE account_id = sqlc.arg(account_id)
    AND transfer_id < sqlc.arg(before_transfer_id)
ORDER BY transfer_id DESC
LIMIT sqlc.arg(row_count_max);
