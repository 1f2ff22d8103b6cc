-- The last admin who can log in stays one: nobody else could grant a role or let anybody in again.

-- There are few users yet for whom the index would have to be built while they wait.
-- squawk-ignore-file require-concurrent-index-creation

-- migrate:up
-- from db/functions/require_an_admin.sql -- noqa: disable=all
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
-- end of require_an_admin -- noqa: enable=all

CREATE INDEX users_admins_idx ON users (username) WHERE role = 'admin' AND blocked_at IS NULL;

CREATE TRIGGER users_keep_an_admin AFTER UPDATE OF role, blocked_at ON users
FOR EACH ROW
WHEN (
    old.role = 'admin' AND old.blocked_at IS NULL
    AND (new.role <> 'admin' OR new.blocked_at IS NOT NULL)
)
EXECUTE FUNCTION require_an_admin();

CREATE TRIGGER users_delete_no_last_admin AFTER DELETE ON users
FOR EACH ROW
WHEN (old.role = 'admin' AND old.blocked_at IS NULL)
EXECUTE FUNCTION require_an_admin();

-- migrate:down
DROP TRIGGER users_delete_no_last_admin ON users;
DROP TRIGGER users_keep_an_admin ON users;
DROP INDEX users_admins_idx;
DROP FUNCTION require_an_admin();
