-- name: ListEntries :many
-- A page of each account, newest first. An account has one entry per transfer, so the transfer's id
-- orders and pages them. `number` tells the pages apart, from 1 on; a sort by it would sort all.
-- The arrays are selected so that the planner does not see how long they are: it would take a plan
-- for one account to be cheaper than the plan that it has, and make it anew each time.
-- @notnull number id transfer_id account_id amount balance_after created_at
WITH
wanted AS (
    SELECT *
    FROM
        unnest(
            (SELECT sqlc.arg(account_ids)::bigint[]),
            (SELECT sqlc.arg(before_transfer_ids)::bigint[]),
            (SELECT sqlc.arg(row_counts_max)::bigint[])
        ) WITH ORDINALITY AS given (account_id, before_transfer_id, row_count_max, number)
)

SELECT
    wanted.number,
    page.id,
    page.transfer_id,
    page.account_id,
    page.amount,
    page.balance_after,
    page.created_at
FROM wanted
CROSS JOIN
    LATERAL (
        SELECT *
        FROM entries
        WHERE entries.account_id = wanted.account_id
            AND entries.transfer_id < wanted.before_transfer_id
        ORDER BY entries.transfer_id DESC
        LIMIT wanted.row_count_max
    ) AS page;

-- name: GetBalanceAt :one
-- The balance of an account at a time, or now, and the amount that was held of it then. Now is the
-- time of the account, which may be ahead of a clock that has stepped back. No hold lasts longer
-- than `hold_lifetime_max`, so only holds that expire within that time after it are read.
-- @required
-- @notnull balance held_amount at is_future
SELECT
    coalesce(
        (
            SELECT entries.balance_after
            FROM entries
            WHERE entries.account_id = sqlc.arg(account_id)
                AND entries.created_at <= requested.at
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
                            AND transfers.created_at <= requested.at
                    )
                ),
                0
            )
        FROM holds
        WHERE holds.from_account_id = sqlc.arg(account_id)
            AND holds.expires_at > requested.at
            AND holds.expires_at <= requested.at + hold_lifetime_max()
            AND holds.created_at <= requested.at
            AND (holds.closed_at IS NULL OR holds.closed_at > requested.at)
    )::bigint AS held_amount,
    requested.at,
    requested.at > requested.present AS is_future
FROM (
    SELECT
        account.present,
        coalesce(sqlc.narg(at)::timestamptz, account.present) AS at
    FROM (SELECT account_time(sqlc.arg(account_id)) AS present) AS account
) AS requested;

-- name: ListEntriesBetween :many
-- Oldest first, of the times from `since` to just before `before`, and after a transfer of the
-- time `since`.
SELECT
    sqlc.embed(entries),
    transfers.kind,
    transfers.description
FROM entries
INNER JOIN transfers ON transfers.id = entries.transfer_id
WHERE entries.account_id = sqlc.arg(account_id)
    AND (entries.created_at, entries.transfer_id)
    > (sqlc.arg(since)::timestamptz, sqlc.arg(after_transfer_id)::bigint)
    AND entries.created_at < sqlc.arg(before)
ORDER BY entries.created_at, entries.transfer_id
LIMIT sqlc.arg(row_count_max);

-- name: GetEntryTime :one
-- When a transfer moved money of an account.
SELECT created_at
FROM entries
WHERE account_id = sqlc.arg(account_id)
    AND transfer_id = sqlc.arg(transfer_id);

-- name: GetTime :one
-- @required
-- @notnull now
SELECT clock_timestamp() AS now;
