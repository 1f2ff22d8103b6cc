-- Somebody can always grant roles and let others in again.
CREATE OR REPLACE FUNCTION require_an_admin() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
SET enable_seqscan = off -- a plan made while the table was empty would be kept while it grows
AS $$
BEGIN
    -- Locked, so that of two admins who take each other's role one waits and finds nobody left.
    PERFORM FROM users AS u
    WHERE u.role = 'admin' AND u.blocked_at IS NULL AND u.username <> OLD.username
    ORDER BY u.username
    LIMIT 1
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'user % is the last admin who can log in', OLD.username
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
