-- A transfer comes with its two entries in one statement. With entries_one_debit_one_credit that is
-- complete: no later entry finds a free side.
CREATE OR REPLACE FUNCTION require_both_entries() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
SET enable_seqscan = off -- a plan made while the table was empty would be kept while it grows
AS $$
DECLARE
    wrong_id bigint;
BEGIN
    SELECT added.id
    INTO wrong_id
    FROM added
    WHERE (
        SELECT count(*)
        FROM entries AS e
        WHERE e.id IN (2 * added.id, 2 * added.id + 1)
            AND CASE
                WHEN e.amount < 0
                    THEN e.account_id = added.from_account_id AND e.amount = -added.amount
                ELSE e.account_id = added.to_account_id AND e.amount = added.amount
            END
    ) <> 2
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % lacks its two entries', wrong_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
