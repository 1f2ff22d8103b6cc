-- Nothing is dated by hand to a time before one of its accounts was opened.
CREATE OR REPLACE FUNCTION require_opened_accounts() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM accounts AS a
        WHERE a.id IN (NEW.from_account_id, NEW.to_account_id) AND a.kind = 'customer'
            AND a.created_at > NEW.created_at
    ) THEN
        RAISE EXCEPTION '% % is dated before its accounts were opened', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
