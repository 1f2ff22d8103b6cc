-- Now that every account has its time, it must have that of its last entry.

-- migrate:up
-- from db/functions/require_balances_of_last_entries.sql -- noqa: disable=all
-- An account's balance is what its last entry says, and its history is not final before then.
CREATE OR REPLACE FUNCTION require_balances_of_last_entries() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
DECLARE
    wrong_id bigint;
BEGIN
    SELECT changed.id
    INTO wrong_id
    FROM changed
    WHERE changed.balance <> coalesce((
        SELECT e.balance_after
        FROM entries AS e
        WHERE e.account_id = changed.id
        ORDER BY e.transfer_id DESC
        LIMIT 1
    ), 0)
        OR coalesce(changed.final_at, '-infinity') < (
            SELECT e.created_at
            FROM entries AS e
            WHERE e.account_id = changed.id
            ORDER BY e.created_at DESC
            LIMIT 1
        )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the balance or final_at of account % is not what its entries say', wrong_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- end of require_balances_of_last_entries -- noqa: enable=all

-- migrate:down
-- require_balances_of_last_entries as in 20261130121307_keep_functions_as_files.sql -- noqa: disable=all
-- An account's balance is what its last entry says.
CREATE OR REPLACE FUNCTION require_balances_of_last_entries() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
DECLARE
    wrong_id bigint;
BEGIN
    SELECT changed.id
    INTO wrong_id
    FROM changed
    WHERE changed.balance <> coalesce((
        SELECT e.balance_after
        FROM entries AS e
        WHERE e.account_id = changed.id
        ORDER BY e.transfer_id DESC
        LIMIT 1
    ), 0)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the balance of account % is not what its last entry says', wrong_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- end of require_balances_of_last_entries -- noqa: enable=all
