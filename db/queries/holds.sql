-- name: GetHold :one
-- With the owners of both accounts, who may see the hold.
SELECT
    sqlc.embed(current_holds),
    payer.owner AS from_owner,
    payee.owner AS to_owner
FROM current_holds
INNER JOIN accounts AS payer ON payer.id = current_holds.from_account_id
INNER JOIN accounts AS payee ON payee.id = current_holds.to_account_id
WHERE current_holds.id = sqlc.arg(id);

-- name: ListOwnerHolds :many
-- Newest first, of and for all accounts of a person: a page of each side of each account, merged.
-- Nobody has two accounts of one currency at a time, so no hold has both sides here.
SELECT *
FROM current_holds
WHERE id = ANY(
        ARRAY(
            SELECT newest.id
            FROM accounts
            CROSS JOIN
                LATERAL (
                    (
                        SELECT outgoing.id
                        FROM holds AS outgoing
                        WHERE outgoing.from_account_id = accounts.id
                            AND outgoing.id < sqlc.arg(before_id)
                        ORDER BY outgoing.id DESC
                        LIMIT sqlc.arg(row_count_max)
                    )
                    UNION ALL
                    (
                        SELECT incoming.id
                        FROM holds AS incoming
                        WHERE incoming.to_account_id = accounts.id
                            AND incoming.id < sqlc.arg(before_id)
                        ORDER BY incoming.id DESC
                        LIMIT sqlc.arg(row_count_max)
                    )
                ) AS newest
            WHERE accounts.owner = sqlc.arg(owner)::text
            ORDER BY newest.id DESC
            LIMIT sqlc.arg(row_count_max)
        )
    )
ORDER BY id DESC;

-- name: HasOpenHold :one
-- Whether money is held in an account or for it.
-- @required
-- @notnull has_open_hold
SELECT
    EXISTS (
        SELECT
        FROM holds AS outgoing
        WHERE outgoing.from_account_id = sqlc.arg(account_id)
            AND outgoing.status = 'open'
            AND outgoing.end_position IS NULL
            AND outgoing.expires_at > clock_timestamp()
    )
    OR EXISTS (
        SELECT
        FROM holds AS incoming
        WHERE incoming.to_account_id = sqlc.arg(account_id)
            AND incoming.status = 'open'
            AND incoming.end_position IS NULL
            AND incoming.expires_at > clock_timestamp()
    ) AS has_open_hold;

-- name: ListHoldsAfter :many
-- As they were placed, of all accounts, in the order of the feed.
SELECT *
FROM holds
WHERE id > sqlc.arg(after_position)
    AND id <= sqlc.arg(until_position)
ORDER BY id
LIMIT sqlc.arg(row_count_max);

-- name: ListHoldsOfAccountsAfter :many
-- As they were placed, of and for some accounts, in the order of the feed.
SELECT holds.*
FROM holds
WHERE holds.id = ANY(
        ARRAY(
            SELECT found.position
            FROM unnest(sqlc.arg(account_ids)::bigint[]) AS wanted (id)
            CROSS JOIN
                LATERAL (
                    (
                        SELECT outgoing.id AS position
                        FROM holds AS outgoing
                        WHERE outgoing.from_account_id = wanted.id
                            AND outgoing.id > sqlc.arg(after_position)
                            AND outgoing.id <= sqlc.arg(until_position)
                        ORDER BY outgoing.id
                        LIMIT sqlc.arg(row_count_max)
                    )
                    UNION ALL
                    (
                        SELECT incoming.id AS position
                        FROM holds AS incoming
                        WHERE incoming.to_account_id = wanted.id
                            AND incoming.id > sqlc.arg(after_position)
                            AND incoming.id <= sqlc.arg(until_position)
                        ORDER BY incoming.id
                        LIMIT sqlc.arg(row_count_max)
                    )
                ) AS found
            ORDER BY found.position
            LIMIT sqlc.arg(row_count_max)
        )
    )
ORDER BY holds.id;

-- name: ListEndsOfHoldsAfter :many
-- As they ended, of all accounts, in the order of the feed.
SELECT *
FROM holds
WHERE end_position > sqlc.arg(after_position)
    AND end_position <= sqlc.arg(until_position)
ORDER BY end_position
LIMIT sqlc.arg(row_count_max);

-- name: ListEndsOfHoldsOfAccountsAfter :many
-- As they ended, of and for some accounts, in the order of the feed.
SELECT holds.*
FROM holds
WHERE holds.end_position = ANY(
        ARRAY(
            SELECT found.position
            FROM unnest(sqlc.arg(account_ids)::bigint[]) AS wanted (id)
            CROSS JOIN
                LATERAL (
                    (
                        SELECT outgoing.end_position AS position
                        FROM holds AS outgoing
                        WHERE outgoing.from_account_id = wanted.id
                            AND outgoing.end_position > sqlc.arg(after_position)
                            AND outgoing.end_position <= sqlc.arg(until_position)
                        ORDER BY outgoing.end_position
                        LIMIT sqlc.arg(row_count_max)
                    )
                    UNION ALL
                    (
                        SELECT incoming.end_position AS position
                        FROM holds AS incoming
                        WHERE incoming.to_account_id = wanted.id
                            AND incoming.end_position > sqlc.arg(after_position)
                            AND incoming.end_position <= sqlc.arg(until_position)
                        ORDER BY incoming.end_position
                        LIMIT sqlc.arg(row_count_max)
                    )
                ) AS found
            ORDER BY found.position
            LIMIT sqlc.arg(row_count_max)
        )
    )
ORDER BY holds.end_position;

-- name: ExpireHolds :one
-- Notes the ends of some holds that have expired; no row when none is due.
-- @notnull due_count last_expiry last_id
SELECT
    due_count,
    last_expiry,
    last_id
FROM
    expire_holds(
        sqlc.arg(moment)::timestamptz,
        sqlc.arg(after_expiry)::timestamptz,
        sqlc.arg(after_id)::bigint,
        sqlc.arg(row_count_max)::integer
    );
