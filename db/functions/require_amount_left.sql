-- What is reversed by hand was paid, the other way, and not reversed before.
CREATE OR REPLACE FUNCTION require_amount_left() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM transfers AS t
        WHERE t.id = NEW.reverses_transfer_id
            AND t.from_account_id = NEW.to_account_id
            AND t.to_account_id = NEW.from_account_id
            AND t.amount >= (
                SELECT sum(r.amount) FROM transfers AS r WHERE r.reverses_transfer_id = t.id
            )
    ) THEN
        RAISE EXCEPTION 'transfer % reverses more than was paid, or for others', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
