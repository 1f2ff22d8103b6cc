-- Users change their name, address and password, and staff can keep somebody out.

-- migrate:up
ALTER TABLE users ADD COLUMN blocked_at timestamptz;

COMMENT ON COLUMN users.blocked_at IS 'Since when the user may neither log in nor use a session';

GRANT UPDATE (
    hashed_password, full_name, email, is_email_verified, password_changed_at, blocked_at
) ON users TO bank_application;

-- migrate:down
REVOKE UPDATE (
    hashed_password, full_name, email, is_email_verified, password_changed_at
) ON users FROM bank_application;
ALTER TABLE users DROP COLUMN blocked_at;
