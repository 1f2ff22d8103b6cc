-- An account that closes leaves no money held for it or in it: nobody could ever capture it.
CREATE OR REPLACE FUNCTION require_no_open_hold() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
SET enable_seqscan = off -- a plan made while the table was empty would be kept while it grows
AS $$
BEGIN
    -- Whoever makes a hold has locked both accounts, and so has the UPDATE that is being looked at.
    IF EXISTS (
        SELECT FROM holds AS h
        WHERE h.to_account_id = NEW.id AND h.status = 'open' AND h.end_position IS NULL
            AND h.expires_at > clock_timestamp()
    ) OR EXISTS (
        SELECT FROM holds AS h
        WHERE h.from_account_id = NEW.id AND h.status = 'open' AND h.end_position IS NULL
            AND h.expires_at > clock_timestamp()
    ) THEN
        RAISE EXCEPTION 'an open hold names account %', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
