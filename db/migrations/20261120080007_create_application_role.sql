-- The server works as a role that can read everything, post through post_transfers, and never touch
-- a balance, a transfer or an entry by hand. It cannot log in: the server takes it on after
-- connecting (SET ROLE).

-- migrate:up
DO $$
BEGIN
    -- A role belongs to the whole server: another database may have created it, even just now.
    CREATE ROLE bank_application NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
END
$$;

DO $$
BEGIN
    -- Where another owner created the role, an administrator grants it beforehand.
    IF NOT pg_has_role(current_user, 'bank_application', 'SET') THEN
        GRANT bank_application TO current_user;
    END IF;
END
$$;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO bank_application;
GRANT INSERT (username, hashed_password, full_name, email, role) ON users TO bank_application;
GRANT UPDATE (role) ON users TO bank_application;
GRANT INSERT (id, username, user_agent, client_address, expires_at) ON sessions TO bank_application;
GRANT INSERT (owner, currency) ON accounts TO bank_application;

REVOKE EXECUTE ON FUNCTION post_transfers(
    transfer_kind[], bigint[], bigint[], bigint[], text[], text[], text[]
) FROM public;
GRANT EXECUTE ON FUNCTION post_transfers(
    transfer_kind[], bigint[], bigint[], bigint[], text[], text[], text[]
) TO bank_application;

-- migrate:down
-- The role stays: other databases of the server may use it.
REVOKE EXECUTE ON FUNCTION post_transfers(
    transfer_kind[], bigint[], bigint[], bigint[], text[], text[], text[]
) FROM bank_application;
GRANT EXECUTE ON FUNCTION post_transfers(
    transfer_kind[], bigint[], bigint[], bigint[], text[], text[], text[]
) TO public;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM bank_application;
