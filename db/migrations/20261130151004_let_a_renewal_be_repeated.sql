-- The answer of a renewal may get lost, and two tabs may renew at once: the token that was renewed
-- last is known for a while longer, with a hash of who sent it.

-- The column is new, so every row satisfies the rule, and the check of it is short.
-- squawk-ignore-file constraint-missing-not-valid

-- migrate:up
ALTER TABLE sessions
ADD COLUMN renewal_hash bytea,
ADD COLUMN renewed_at timestamptz,
ADD CONSTRAINT sessions_renewal_hash_sha256 CHECK (length(renewal_hash) = 32);

COMMENT ON COLUMN sessions.renewal_hash IS
'SHA-256 of the refresh token that was renewed last and of the user agent that sent it';

GRANT UPDATE (renewal_hash, renewed_at) ON sessions TO bank_application;

-- migrate:down
ALTER TABLE sessions
DROP COLUMN renewal_hash,
DROP COLUMN renewed_at;
