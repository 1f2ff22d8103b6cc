-- name: PostTransfers :many
-- The only query that moves money; its function is explained in db/functions/post_transfers.sql.
-- One row per item, in the order of the items.
SELECT
    refusal,
    replayed_request_id,
    transfer_id,
    hold_id,
    from_account_id,
    to_account_id,
    amount,
    currency,
    posted_at,
    from_owner,
    from_opened_at,
    from_balance,
    from_available_balance,
    hold_amount,
    hold_captured_amount,
    hold_description,
    hold_expires_at,
    hold_created_at,
    hold_closed_at,
    hold_asked_by,
    hold_request_id,
    hold_voided_by,
    busy_account_id
FROM post_transfers(
        sqlc.arg(kinds)::posting_kind[],
        sqlc.arg(from_account_ids)::bigint[],
        sqlc.arg(to_account_ids)::bigint[],
        sqlc.arg(amounts)::bigint[],
        sqlc.arg(currencies)::text[],
        sqlc.arg(descriptions)::text[],
        sqlc.arg(required_owners)::text[],
        sqlc.arg(requesters)::text[],
        sqlc.arg(reference_ids)::bigint[],
        sqlc.arg(lifetimes)::interval[],
        sqlc.arg(scopes)::text[],
        sqlc.arg('keys')::text[],
        sqlc.arg(request_hashes)::bytea[],
        sqlc.arg(request_ids)::text[],
        sqlc.arg(is_atomic)::boolean,
        sqlc.arg(session_ids)::uuid[],
        sqlc.arg(lock_timeout_ms)::integer,
        sqlc.arg(skips_locked)::boolean
    );

-- name: ListTransfersById :many
-- With the owners of both accounts, who may see the transfer.
SELECT
    sqlc.embed(transfers),
    payer.owner AS from_owner,
    payee.owner AS to_owner
FROM transfers
INNER JOIN accounts AS payer ON payer.id = transfers.from_account_id
INNER JOIN accounts AS payee ON payee.id = transfers.to_account_id
WHERE transfers.id = ANY(sqlc.arg(ids)::bigint[]);

-- name: ListAccountTransfers :many
-- Newest first. Reads the account's entries, whose key has this order, so that a page deep in the
-- past costs as much as the first one. An array instead of a join, because the planner does not
-- know the limit: it would expect a tenth of all entries and read all transfers.
SELECT *
FROM transfers
WHERE id = ANY(
        ARRAY(
            SELECT entries.transfer_id
            FROM entries
            WHERE entries.account_id = sqlc.arg(account_id)
                AND entries.transfer_id < sqlc.arg(before_id)
            ORDER BY entries.transfer_id DESC
            LIMIT sqlc.arg(row_count_max)
        )
    )
ORDER BY id DESC;

-- name: ListOwnerTransfers :many
-- Newest first, over all accounts of a person: a page of each account, merged. Nobody has two
-- accounts of one currency at a time, so no transfer has both sides here.
SELECT *
FROM transfers
WHERE id = ANY(
        ARRAY(
            SELECT newest.transfer_id
            FROM accounts
            CROSS JOIN
                LATERAL (
                    SELECT entries.transfer_id
                    FROM entries
                    WHERE entries.account_id = accounts.id
                        AND entries.transfer_id < sqlc.arg(before_id)
                    ORDER BY entries.transfer_id DESC
                    LIMIT sqlc.arg(row_count_max)
                ) AS newest
            WHERE accounts.owner = sqlc.arg(owner)::text
            ORDER BY newest.transfer_id DESC
            LIMIT sqlc.arg(row_count_max)
        )
    )
ORDER BY id DESC;

-- name: ListTransfersAfter :many
-- Of all accounts, in the order of the feed, with what each side had then.
SELECT
    sqlc.embed(transfers),
    debit.balance_after AS from_balance_after,
    credit.balance_after AS to_balance_after
FROM transfers
INNER JOIN entries AS debit ON debit.id = 2 * transfers.id
INNER JOIN entries AS credit ON credit.id = 2 * transfers.id + 1
WHERE transfers.id = ANY(
        ARRAY(
            SELECT found.id
            FROM transfers AS found
            WHERE found.id > sqlc.arg(after_position)
                AND found.id <= sqlc.arg(until_position)
            ORDER BY found.id
            LIMIT sqlc.arg(row_count_max)
        )
    )
ORDER BY transfers.id;

-- name: ListTransfersOfAccountsAfter :many
-- Of some accounts, in the order of the feed, with what each side had then.
SELECT
    sqlc.embed(transfers),
    debit.balance_after AS from_balance_after,
    credit.balance_after AS to_balance_after
FROM transfers
INNER JOIN entries AS debit ON debit.id = 2 * transfers.id
INNER JOIN entries AS credit ON credit.id = 2 * transfers.id + 1
WHERE transfers.id = ANY(
        ARRAY(
            SELECT found.transfer_id
            FROM unnest(sqlc.arg(account_ids)::bigint[]) AS wanted (id)
            CROSS JOIN
                LATERAL (
                    SELECT entries.transfer_id
                    FROM entries
                    WHERE entries.account_id = wanted.id
                        AND entries.transfer_id > sqlc.arg(after_position)
                        AND entries.transfer_id <= sqlc.arg(until_position)
                    ORDER BY entries.transfer_id
                    LIMIT sqlc.arg(row_count_max)
                ) AS found
            ORDER BY found.transfer_id
            LIMIT sqlc.arg(row_count_max)
        )
    )
ORDER BY transfers.id;
