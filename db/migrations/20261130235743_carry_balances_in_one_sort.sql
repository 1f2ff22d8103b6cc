-- Entries are checked with one sort instead of two, and in order only where an account has several.

-- migrate:up
-- from db/functions/carry_balances.sql -- noqa: disable=all
-- Entries carry the balances of their accounts; nothing else changes a balance. They carry the
-- time, too: no entry of a customer's account is earlier than the one before it. The bank's own
-- accounts are exempt, because they meet all others: one that is ahead of the clock would take
-- along the rest.
CREATE OR REPLACE FUNCTION carry_balances() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
DECLARE
    account_ids bigint[];
    first_ids bigint[]; -- of the transfers
    entry_counts bigint[];
    carried_count bigint;
    added_count bigint;
    wrong_account_id bigint;
BEGIN
    -- An account whose balance is not what the first of its entries continues is not matched.
    WITH carried AS (
        UPDATE accounts AS a
        SET balance = added_to.balance_after,
            final_at = greatest(a.final_at, added_to.last_at)
        FROM (
            SELECT added.account_id,
                (array_agg(added.balance_after ORDER BY added.transfer_id DESC))[1]
                AS balance_after,
                sum(added.amount)::bigint AS change,
                min(added.created_at) AS first_at,
                max(added.created_at) AS last_at,
                min(added.transfer_id) AS first_id,
                count(*) AS entry_count
            FROM added
            GROUP BY added.account_id
        ) AS added_to
        WHERE a.id = added_to.account_id AND a.balance = added_to.balance_after - added_to.change
            AND ((a.final_at <= added_to.first_at) IS NOT FALSE OR a.kind = 'cash')
        RETURNING a.id, added_to.first_id, added_to.entry_count
    )
    SELECT array_agg(carried.id), array_agg(carried.first_id), array_agg(carried.entry_count),
        coalesce(sum(carried.entry_count), 0), (SELECT count(*) FROM added)
    INTO account_ids, first_ids, entry_counts, carried_count, added_count
    FROM carried;
    IF carried_count < added_count THEN
        SELECT added.account_id
        INTO wrong_account_id
        FROM added
        WHERE added.account_id <> ALL (coalesce(account_ids, '{}'))
        LIMIT 1;
    ELSE
        -- Only now, under the locks of their accounts, is it certain that no other entry comes
        -- between or after them.
        SELECT u.account_id
        INTO wrong_account_id
        FROM unnest(account_ids, first_ids, entry_counts) AS u (account_id, first_id, entry_count)
        WHERE u.entry_count <> (
            SELECT count(*)
            FROM entries AS e
            WHERE e.account_id = u.account_id AND e.transfer_id >= u.first_id
        )
        LIMIT 1;
    END IF;
    -- Where an account has more than one of them, each continues the one before.
    IF wrong_account_id IS NULL AND added_count > cardinality(account_ids) THEN
        SELECT continued.account_id
        INTO wrong_account_id
        FROM (
            SELECT added.account_id,
                lag(added.balance_after) OVER earlier + added.amount <> added.balance_after
                AS breaks,
                lag(added.created_at) OVER earlier > added.created_at AS runs_back
            FROM added
            WINDOW earlier AS (PARTITION BY added.account_id ORDER BY added.transfer_id)
        ) AS continued
        WHERE continued.breaks
            OR continued.runs_back
            AND (SELECT a.kind FROM accounts AS a WHERE a.id = continued.account_id) = 'customer'
        LIMIT 1;
    END IF;
    IF wrong_account_id IS NOT NULL THEN
        RAISE EXCEPTION 'an entry does not continue the balance and time of account %',
            wrong_account_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- end of carry_balances -- noqa: enable=all

-- migrate:down
-- carry_balances as in 20261130140001_keep_the_time_of_accounts.sql -- noqa: disable=all
-- Entries carry the balances of their accounts; nothing else changes a balance. They carry the
-- time, too: no entry of a customer's account is earlier than the one before it. The bank's own
-- accounts are exempt, because they meet all others: one that is ahead of the clock would take
-- along the rest.
CREATE OR REPLACE FUNCTION carry_balances() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
DECLARE
    wrong_id bigint;
BEGIN
    -- An account whose balance is not what the first of its entries continues is not matched.
    WITH carried AS (
        UPDATE accounts AS a
        SET balance = newest.balance_after,
            final_at = greatest(a.final_at, newest.created_at)
        FROM (
            SELECT DISTINCT ON (added.account_id) added.account_id, added.balance_after,
                added.created_at,
                min(added.created_at) OVER (PARTITION BY added.account_id) AS first_at,
                sum(added.amount) OVER (PARTITION BY added.account_id)::bigint AS change
            FROM added
            ORDER BY added.account_id, added.transfer_id DESC
        ) AS newest
        WHERE a.id = newest.account_id AND a.balance = newest.balance_after - newest.change
            AND ((a.final_at <= newest.first_at) IS NOT FALSE OR a.kind = 'cash')
        RETURNING a.id
    )
    SELECT added.id
    INTO wrong_id
    FROM added
    WHERE added.account_id NOT IN (SELECT carried.id FROM carried)
    LIMIT 1;
    IF NOT FOUND THEN
        -- Only now, under the locks of their accounts, is it certain that no other entry comes
        -- between or after them.
        SELECT continued.id
        INTO wrong_id
        FROM (
            SELECT added.id, added.account_id, added.transfer_id,
                lag(added.balance_after) OVER earlier + added.amount <> added.balance_after
                AS breaks,
                lag(added.created_at) OVER earlier > added.created_at AS runs_back,
                row_number() OVER earlier AS place,
                count(*) OVER (PARTITION BY added.account_id) AS added_count
            FROM added
            WINDOW earlier AS (PARTITION BY added.account_id ORDER BY added.transfer_id)
        ) AS continued
        WHERE continued.breaks
            OR continued.runs_back
            AND (SELECT a.kind FROM accounts AS a WHERE a.id = continued.account_id) = 'customer'
            OR continued.place = 1
            AND continued.added_count <> (
                SELECT count(*)
                FROM entries AS e
                WHERE e.account_id = continued.account_id
                    AND e.transfer_id >= continued.transfer_id
            )
        LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not continue the balance and time of its account', wrong_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- end of carry_balances -- noqa: enable=all
