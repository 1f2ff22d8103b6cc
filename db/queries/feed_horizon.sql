-- name: AdvanceFeed :one
-- In a transaction of its own.
-- @required
-- @notnull epoch first_position settled_position drawn_position is_standby
SELECT
    epoch,
    first_position,
    settled_position,
    drawn_position,
    is_standby
FROM advance_feed();

-- name: ListUsersConcerned :many
-- Whom the facts of a stretch of the feed concern, as owners of accounts or by themselves, and
-- some of them more than once. Of as many positions as rows, so that no row is missing.
WITH concerned AS (
    (
        SELECT
            transfers.from_account_id,
            transfers.to_account_id
        FROM transfers
        WHERE transfers.id > sqlc.arg(after_position)
            AND transfers.id <= sqlc.arg(until_position)
        ORDER BY transfers.id
        LIMIT sqlc.arg(row_count_max)
    )
    UNION ALL
    (
        SELECT
            holds.from_account_id,
            holds.to_account_id
        FROM holds
        WHERE holds.id > sqlc.arg(after_position)
            AND holds.id <= sqlc.arg(until_position)
        ORDER BY holds.id
        LIMIT sqlc.arg(row_count_max)
    )
    UNION ALL
    (
        SELECT
            holds.from_account_id,
            holds.to_account_id
        FROM holds
        WHERE holds.end_position > sqlc.arg(after_position)
            AND holds.end_position <= sqlc.arg(until_position)
        ORDER BY holds.end_position
        LIMIT sqlc.arg(row_count_max)
    )
)

SELECT owners.owner::text AS username
FROM concerned
CROSS JOIN
    LATERAL (
        (
            SELECT payer.owner
            FROM accounts AS payer
            WHERE payer.id = concerned.from_account_id
            ORDER BY payer.id
            LIMIT 1 -- so that the planner never reads them all
        )
        UNION ALL
        (
            SELECT payee.owner
            FROM accounts AS payee
            WHERE payee.id = concerned.to_account_id
            ORDER BY payee.id
            LIMIT 1
        )
    ) AS owners
WHERE owners.owner IS NOT NULL
UNION ALL
(
    SELECT audit_events.username::text AS username
    FROM audit_events
    WHERE audit_events.id > sqlc.arg(after_position)
        AND audit_events.id <= sqlc.arg(until_position)
        AND audit_events.username IS NOT NULL
    ORDER BY audit_events.id
    LIMIT sqlc.arg(row_count_max)
);
