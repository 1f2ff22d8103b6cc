-- A transaction may post to an account twice: what counts is the balance it commits, not each that
-- the account had on the way.

-- migrate:up
CREATE OR REPLACE FUNCTION require_balance_of_last_entry() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for ours
AS $$
DECLARE
    committed_balance bigint;
    last_balance bigint;
BEGIN
    SELECT balance INTO committed_balance FROM accounts WHERE id = NEW.id;
    SELECT balance_after
    INTO last_balance
    FROM entries
    WHERE account_id = NEW.id
    ORDER BY transfer_id DESC
    LIMIT 1;
    IF committed_balance <> coalesce(last_balance, 0) THEN
        RAISE EXCEPTION 'account % has no entry that makes its balance %',
            NEW.id, committed_balance
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;

-- migrate:down
CREATE OR REPLACE FUNCTION require_balance_of_last_entry() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for ours
AS $$
DECLARE
    last_balance bigint;
BEGIN
    SELECT balance_after
    INTO last_balance
    FROM entries
    WHERE account_id = NEW.id
    ORDER BY transfer_id DESC
    LIMIT 1;
    IF NEW.balance <> coalesce(last_balance, 0) THEN
        RAISE EXCEPTION 'account % has no entry that makes its balance %', NEW.id, NEW.balance
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
