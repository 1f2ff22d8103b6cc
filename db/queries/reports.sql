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
    coalesce((SELECT max(id) FROM holds), 0)::bigint AS hold_id_max,
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

-- name: ListWrongHolds :many
-- Holds of an id range whose captures do not sum to what they say, or go elsewhere.
SELECT
    holds.id,
    holds.captured_amount,
    coalesce(sum(transfers.amount), 0)::bigint AS captures_sum
FROM holds
LEFT JOIN transfers ON transfers.captures_hold_id = holds.id
WHERE holds.id BETWEEN sqlc.arg(first_id) AND sqlc.arg(last_id)
GROUP BY holds.id
HAVING holds.captured_amount <> coalesce(sum(transfers.amount), 0)
    OR bool_or(
        transfers.from_account_id <> holds.from_account_id
        OR transfers.to_account_id <> holds.to_account_id
        OR transfers.created_at > holds.expires_at
    )
ORDER BY holds.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListOverheldAccounts :many
-- Accounts of an id range of which more is held than there is.
SELECT
    accounts.id,
    accounts.balance,
    held_amount(accounts.id) AS "held_amount!"
FROM accounts
WHERE accounts.id BETWEEN sqlc.arg(first_id) AND sqlc.arg(last_id)
    AND accounts.balance < held_amount(accounts.id)
    AND accounts.kind = 'customer'
ORDER BY accounts.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListWrongReversals :many
-- Transfers of an id range of which more was paid back than paid, or to somebody else.
SELECT
    transfers.id,
    transfers.amount,
    sum(reversals.amount)::bigint AS reversals_sum
FROM transfers
INNER JOIN transfers AS reversals ON reversals.reverses_transfer_id = transfers.id
WHERE transfers.id BETWEEN sqlc.arg(first_id) AND sqlc.arg(last_id)
GROUP BY transfers.id
HAVING sum(reversals.amount) > transfers.amount
    OR bool_or(
        reversals.from_account_id <> transfers.to_account_id
        OR reversals.to_account_id <> transfers.from_account_id
    )
    OR transfers.kind = 'reversal'
ORDER BY transfers.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListEntriesOutOfTime :many
-- Entries of a range of accounts that are older than the account's entry before them, or not of
-- their transfer's time: statements would not add up.
SELECT
    ordered.id,
    ordered.account_id
FROM (
    SELECT
        entries.id,
        entries.account_id,
        entries.created_at,
        entries.transfer_id,
        lag(entries.created_at) OVER (
            PARTITION BY entries.account_id ORDER BY entries.transfer_id
        ) AS previous_at
    FROM entries
    WHERE entries.account_id BETWEEN sqlc.arg(first_id) AND sqlc.arg(last_id)
) AS ordered
INNER JOIN transfers ON transfers.id = ordered.transfer_id
WHERE ordered.created_at < ordered.previous_at
    OR ordered.created_at <> transfers.created_at
ORDER BY ordered.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListWrongIdempotencyKeys :many
-- Keys whose answer is not what was posted: the paying account's balance is that of the entry, a
-- hold was never captured by less, and an answer is one of refusal, posting and response.
SELECT
    keys.scope,
    keys.key
FROM idempotency_keys AS keys
LEFT JOIN entries ON entries.id = 2 * keys.transfer_id
LEFT JOIN holds ON holds.id = keys.hold_id
WHERE num_nonnulls(keys.refusal, coalesce(keys.transfer_id, keys.hold_id)::text, keys.response) <> 1
    OR entries.balance_after <> keys.balance
    OR holds.captured_amount < keys.captured_amount
    OR keys.available_balance > keys.balance
ORDER BY keys.scope, keys.key
LIMIT sqlc.arg(finding_count_max);
