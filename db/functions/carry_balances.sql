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
