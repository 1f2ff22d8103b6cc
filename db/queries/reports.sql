-- name: Ping :many
-- Whether the database answers and can be written to: one that is read-only refuses to lock rows,
-- even none.
SELECT id
FROM accounts
WHERE false
FOR NO KEY UPDATE;

-- name: GetLedgerSize :one
-- @required
SELECT
    coalesce((SELECT max(id) FROM accounts), 0)::bigint AS account_id_max,
    coalesce((SELECT max(id) FROM transfers), 0)::bigint AS transfer_id_max,
    (SELECT count(*) FROM entries) AS entry_count;

-- name: ListWrongBalances :many
-- Accounts whose balance is not the sum of their entries, or whose history is not final up to the
-- newest of them.
WITH sums AS (
    SELECT
        account_id,
        sum(amount) AS entries_sum,
        max(created_at) AS newest_at
    FROM entries
    GROUP BY account_id
)

SELECT
    accounts.id,
    accounts.balance,
    coalesce(sums.entries_sum, 0)::bigint AS entries_sum
FROM accounts
LEFT JOIN sums ON sums.account_id = accounts.id
WHERE accounts.balance <> coalesce(sums.entries_sum, 0)
    OR coalesce(accounts.final_at, '-infinity') < sums.newest_at
ORDER BY accounts.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListWrongRunningBalances :many
-- Entries whose balance_after is not the sum of their account's entries so far.
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
            ROWS UNBOUNDED PRECEDING
        ))::bigint AS entries_sum
    FROM entries
) AS running
WHERE running.balance_after <> running.entries_sum
ORDER BY running.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListEntriesOutOfOrder :many
-- Entries of customers that are older than the entry of their account before them. Statements would
-- not add up.
SELECT
    ordered.id,
    ordered.account_id
FROM (
    SELECT
        entries.id,
        entries.account_id,
        entries.created_at,
        lag(entries.created_at) OVER (
            PARTITION BY entries.account_id ORDER BY entries.transfer_id
        ) AS previous_at
    FROM entries
) AS ordered
INNER JOIN accounts ON accounts.id = ordered.account_id
WHERE ordered.created_at < ordered.previous_at
    AND accounts.kind = 'customer'
ORDER BY ordered.id
LIMIT sqlc.arg(finding_count_max);

-- name: GetAccountsAhead :one
-- Accounts whose time is ahead of the clock: it stood there once, and has stepped back since.
-- @required
SELECT
    count(*) AS account_count,
    max(final_at) AS final_at
FROM accounts
WHERE kind = 'customer'
    AND final_at > clock_timestamp();

-- name: ListUnbalancedTransfers :many
-- Transfers whose entries are not exactly their two sides.
SELECT
    transfers.id,
    transfers.amount,
    count(entries.id) AS entry_count,
    coalesce(sum(entries.amount), 0)::bigint AS entries_sum
FROM transfers
LEFT JOIN entries ON entries.transfer_id = transfers.id
GROUP BY transfers.id
HAVING count(entries.id) <> 2
    OR count(*) FILTER (
        WHERE (entries.id, entries.account_id, entries.amount) IN (
            (2 * transfers.id, transfers.from_account_id, -transfers.amount),
            (2 * transfers.id + 1, transfers.to_account_id, transfers.amount)
        )
    ) <> 2
ORDER BY transfers.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListStrayEntries :many
-- Entries without a transfer, or with another time than their transfer.
SELECT
    entries.id,
    transfers.id IS NULL AS is_orphan
FROM entries
LEFT JOIN transfers ON transfers.id = entries.transfer_id
WHERE entries.created_at IS DISTINCT FROM transfers.created_at
ORDER BY entries.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListWrongCurrencies :many
-- Currencies whose balances do not sum to zero.
SELECT
    currency,
    sum(balance)::bigint AS balance_sum
FROM accounts
GROUP BY currency
HAVING sum(balance) <> 0
ORDER BY currency
LIMIT sqlc.arg(finding_count_max);

-- name: ListWrongHolds :many
-- Holds whose captures do not sum to their captured amount, go to another account, or come too
-- late. A capture may have its time from a payee who is ahead of the clock.
SELECT
    holds.id,
    holds.captured_amount,
    coalesce(sum(transfers.amount), 0)::bigint AS captures_sum
FROM holds
LEFT JOIN transfers ON transfers.captures_hold_id = holds.id
GROUP BY holds.id
HAVING holds.captured_amount <> coalesce(sum(transfers.amount), 0)
    OR bool_or(
        transfers.from_account_id <> holds.from_account_id
        OR transfers.to_account_id <> holds.to_account_id
        OR transfers.created_at > holds.expires_at
        AND NOT EXISTS (
            SELECT FROM entries
            WHERE entries.account_id = holds.to_account_id
                AND entries.transfer_id < transfers.id
                AND entries.created_at >= transfers.created_at
        )
    )
ORDER BY holds.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListOverheldAccounts :many
-- Accounts with more held than their balance.
SELECT
    accounts.id,
    accounts.balance,
    held_amount(accounts.id) AS held_amount
FROM accounts
WHERE accounts.balance < held_amount(accounts.id)
    AND accounts.kind = 'customer'
ORDER BY accounts.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListWrongReversals :many
-- Transfers of which more was reversed than paid, or reversed to another account.
SELECT
    transfers.id,
    transfers.amount,
    sum(reversals.amount)::bigint AS reversals_sum
FROM transfers
INNER JOIN transfers AS reversals ON reversals.reverses_transfer_id = transfers.id
GROUP BY transfers.id
HAVING sum(reversals.amount) > transfers.amount
    OR bool_or(
        reversals.from_account_id <> transfers.to_account_id
        OR reversals.to_account_id <> transfers.from_account_id
    )
    OR transfers.kind = 'reversal'
ORDER BY transfers.id
LIMIT sqlc.arg(finding_count_max);

-- name: ListWrongIdempotencyKeys :many
-- Keys whose answer disagrees with the posting. The paying account's balance must be that of the
-- entry, the hold's captured amount cannot have shrunk since, and an answer is exactly one of
-- refusal, posting and response.
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

-- name: CountJobs :one
-- Jobs that wait, run, or have failed for good. Finished jobs are deleted, so there are few rows;
-- where there are many, counting the first `job_count_max` shows it.
-- @required
SELECT
    count(*) FILTER (WHERE status = 'todo') AS waiting_count,
    count(*) FILTER (WHERE status = 'doing') AS doing_count,
    count(*) FILTER (WHERE status = 'failed') AS dead_count
FROM (
    SELECT status
    FROM procrastinate.procrastinate_jobs
    ORDER BY id
    LIMIT sqlc.arg(job_count_max)
) AS jobs;

-- name: CountWebhookEndpointsByStatus :one
-- @required
SELECT
    count(*) FILTER (WHERE status = 'active') AS active_count,
    count(*) FILTER (WHERE status = 'failing') AS failing_count,
    count(*) FILTER (WHERE status = 'paused') AS paused_count,
    count(*) FILTER (WHERE status = 'disabled') AS disabled_count,
    (min(position) FILTER (WHERE status = 'active'))::bigint AS position_min
FROM (
    SELECT
        status,
        position
    FROM webhook_endpoints
    ORDER BY id
    LIMIT sqlc.arg(endpoint_count_max)
) AS endpoints;
