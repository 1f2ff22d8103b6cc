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
            AND outgoing.expires_at > clock_timestamp()
    )
    OR EXISTS (
        SELECT
        FROM holds AS incoming
        WHERE incoming.to_account_id = sqlc.arg(account_id)
            AND incoming.status = 'open'
            AND incoming.expires_at > clock_timestamp()
    ) AS has_open_hold;
