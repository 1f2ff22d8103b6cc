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
