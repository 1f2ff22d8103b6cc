-- What is held or paid by hand was available when it was. The server's own postings are decided by
-- post_transfers.
CREATE OR REPLACE FUNCTION require_available_balance() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM accounts AS a
        WHERE a.id = NEW.from_account_id AND a.kind = 'customer'
            AND a.balance < (
                SELECT coalesce(sum(h.amount - h.captured_amount), 0)
                FROM holds AS h
                WHERE h.from_account_id = a.id
                    AND h.status = 'open'
                    AND h.expires_at > NEW.created_at
            )
    ) THEN
        RAISE EXCEPTION 'account % has less than is held of it', NEW.from_account_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
