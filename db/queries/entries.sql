-- name: ListEntries :many
-- Newest first. An account has one entry per transfer, so the transfer's id orders and pages them.
SELECT *
FROM entries
WHERE account_id = sqlc.arg(account_id)
    AND transfer_id < sqlc.arg(before_transfer_id)
ORDER BY transfer_id DESC
LIMIT sqlc.arg(row_count_max);

-- name: GetBalanceAt :one
-- What an account held at a time, or holds now, and what of it was promised then. No hold lasts
-- longer than `hold_lifetime_max`, so only holds that expire within that time after it are read.
-- @required
-- @notnull balance held_amount at is_future
SELECT
    coalesce(
        (
            SELECT entries.balance_after
            FROM entries
            WHERE entries.account_id = sqlc.arg(account_id)
                AND entries.created_at <= asked.moment
            ORDER BY entries.created_at DESC, entries.transfer_id DESC
            LIMIT 1
        ),
        0
    )::bigint AS balance,
    (
        SELECT
            coalesce(
                sum(
                    holds.amount - (
                        SELECT coalesce(sum(transfers.amount), 0)
                        FROM transfers
                        WHERE transfers.captures_hold_id = holds.id
                            AND transfers.created_at <= asked.moment
                    )
                ),
                0
            )
        FROM holds
        WHERE holds.from_account_id = sqlc.arg(account_id)
            AND holds.expires_at > asked.moment
            AND holds.expires_at <= asked.moment + hold_lifetime_max()
            AND holds.created_at <= asked.moment
            AND (holds.closed_at IS NULL OR holds.closed_at > asked.moment)
    )::bigint AS held_amount,
    asked.moment AS at,
    asked.moment > now() AS is_future
FROM (SELECT coalesce(sqlc.narg(moment)::timestamptz, now()) AS moment) AS asked;

-- name: ListEntriesBetween :many
-- Oldest first, of the times from `since` to just before `before`.
SELECT
    sqlc.embed(entries),
    transfers.kind,
    transfers.description
FROM entries
INNER JOIN transfers ON transfers.id = entries.transfer_id
WHERE entries.account_id = sqlc.arg(account_id)
    AND entries.created_at >= sqlc.arg(since)
    AND entries.created_at < sqlc.arg(before)
ORDER BY entries.created_at, entries.transfer_id
LIMIT sqlc.arg(row_count_max);

-- name: GetTime :one
-- @required
-- @notnull moment
SELECT clock_timestamp() AS moment;
