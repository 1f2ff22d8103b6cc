-- name: Ping :one
-- Whether the database answers.
-- @required
SELECT 1 AS answer;

-- name: GetLedgerSize :one
-- @required
SELECT
    coalesce((SELECT max(id) FROM accounts), 0)::bigint AS account_id_max,
    coalesce(
        greatest((SELECT max(id) FROM transfers), (SELECT max(id) / 2 FROM entries)), 0
    )::bigint AS transfer_id_max,
    (SELECT count(*) FROM entries) AS entry_count;

-- name: ListWrongBalances :many
-- Accounts of an id range whose balance is not the sum of their entries.
SELECT
    accounts.id,
    accounts.balance,
    coalesce(sum(entries.amount), 0)::bigint AS entries_sum
FROM accounts
LEFT JOIN entries ON entries.account_id = accounts.id
WHERE accounts.id BETWEEN sqlc.arg(first_id) AND sqlc.arg(last_id)
GROUP BY accounts.id
HAVING accounts.balance <> coalesce(sum(entries.amount), 0)
ORDER BY accounts.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListWrongRunningBalances :many
-- Entries of a range of accounts whose balance_after is not the sum of the account's entries so
-- far.
SELECT
    running.id,
    running.account_id,
    running.balance_after,
    running.entries_sum
FROM (
    SELECT
        entries.id,
        entries.account_id,
        entries.balance_after,
        (sum(entries.amount) OVER (
            PARTITION BY entries.account_id ORDER BY entries.transfer_id
        ))::bigint AS entries_sum
    FROM entries
    WHERE entries.account_id BETWEEN sqlc.arg(first_id) AND sqlc.arg(last_id)
) AS running
WHERE running.balance_after <> running.entries_sum
ORDER BY running.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListUnbalancedTransfers :many
-- Transfers of an id range whose entries are not exactly their two sides.
SELECT
    transfers.id,
    transfers.amount,
    count(entries.id) AS entry_count,
    coalesce(sum(entries.amount), 0)::bigint AS entries_sum
FROM transfers
LEFT JOIN entries ON entries.id IN (2 * transfers.id, 2 * transfers.id + 1)
WHERE transfers.id BETWEEN sqlc.arg(first_id) AND sqlc.arg(last_id)
GROUP BY transfers.id
HAVING count(*) FILTER (
        WHERE (entries.account_id, entries.amount) IN (
            (transfers.from_account_id, -transfers.amount),
            (transfers.to_account_id, transfers.amount)
        )
        AND entries.transfer_id = transfers.id
    ) <> 2
ORDER BY transfers.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListOrphanEntries :many
-- Entries that have no transfer, of the range of transfers they should have.
SELECT entries.id
FROM entries
LEFT JOIN transfers
    ON transfers.id = entries.transfer_id
        AND transfers.id BETWEEN sqlc.arg(first_id) AND sqlc.arg(last_id)
WHERE entries.id BETWEEN 2 * sqlc.arg(first_id)::bigint AND 2 * sqlc.arg(last_id)::bigint + 1
    AND transfers.id IS NULL
ORDER BY entries.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListCurrencyTotals :many
-- What all balances of a currency add up to: zero, always.
SELECT
    currency,
    sum(balance)::bigint AS balance_sum
FROM accounts
GROUP BY currency
ORDER BY currency;
