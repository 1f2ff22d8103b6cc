-- A session is renewed with a refresh token that works once. Only the hash of the newest one is
-- kept: an older one that comes back was stolen, or its successor was. Lists go by number.
-- A session lasts 720 hours, not 30 days: days depend on the time zone of whoever restores a dump.

-- Nothing is released with which a bank could have many rows: they may be locked meanwhile.
-- squawk-ignore-file adding-field-with-default
-- squawk-ignore-file constraint-missing-not-valid
-- squawk-ignore-file require-concurrent-index-creation

-- migrate:up
ALTER TABLE sessions
ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY,
ADD COLUMN refresh_token_hash bytea,
ADD COLUMN last_used_at timestamptz NOT NULL DEFAULT now(),
ADD CONSTRAINT sessions_refresh_token_hash_sha256 CHECK (length(refresh_token_hash) = 32),
ADD CONSTRAINT sessions_end_in_time CHECK (expires_at <= created_at + interval '720 hours');

COMMENT ON COLUMN sessions.refresh_token_hash IS
'SHA-256 of the id of the one refresh token that still works; NULL: the session cannot be renewed';
COMMENT ON COLUMN sessions.last_used_at IS 'To the minute';

CREATE UNIQUE INDEX sessions_username_number_key ON sessions (username, number);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

GRANT INSERT (refresh_token_hash) ON sessions TO bank_application;
GRANT UPDATE (
    refresh_token_hash, last_used_at, expires_at, ended_at
) ON sessions TO bank_application;
GRANT DELETE ON sessions TO bank_application;

-- migrate:down
REVOKE DELETE ON sessions FROM bank_application;
REVOKE UPDATE (expires_at, ended_at) ON sessions FROM bank_application;
DROP INDEX sessions_username_number_key;
DROP INDEX sessions_expires_at_idx;
ALTER TABLE sessions
DROP CONSTRAINT sessions_end_in_time,
DROP COLUMN number,
DROP COLUMN refresh_token_hash,
DROP COLUMN last_used_at;
