-- The money of an open hold would stay held for an account that can take nothing any more.

-- Holds are few enough for the index to be built while those who hold and capture wait.
-- squawk-ignore-file require-concurrent-index-creation

-- migrate:up
-- from db/functions/require_no_open_hold.sql -- noqa: disable=all
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
        WHERE h.to_account_id = NEW.id AND h.status = 'open' AND h.expires_at > clock_timestamp()
    ) OR EXISTS (
        SELECT FROM holds AS h
        WHERE h.from_account_id = NEW.id AND h.status = 'open' AND h.expires_at > clock_timestamp()
    ) THEN
        RAISE EXCEPTION 'an open hold names account %', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- end of require_no_open_hold -- noqa: enable=all

CREATE INDEX holds_open_to_idx ON holds (to_account_id, expires_at) WHERE status = 'open';

CREATE TRIGGER accounts_close_without_holds AFTER UPDATE OF status ON accounts
FOR EACH ROW
WHEN (new.status = 'closed' AND old.status <> 'closed')
EXECUTE FUNCTION require_no_open_hold();

-- migrate:down
DROP TRIGGER accounts_close_without_holds ON accounts;
DROP INDEX holds_open_to_idx;
DROP FUNCTION require_no_open_hold();
