-- How often somebody may try is counted here for all processes together. Unlogged: after a crash
-- everybody starts anew, which costs less than writing every attempt to the log.

-- migrate:up
CREATE UNLOGGED TABLE rate_limits (
    key text NOT NULL,
    free_at timestamptz NOT NULL,
    is_allowed boolean NOT NULL DEFAULT true,
    CONSTRAINT rate_limits_pkey PRIMARY KEY (key)
);

COMMENT ON TABLE rate_limits IS 'Who tried what, and when that is forgotten (GCRA)';
COMMENT ON COLUMN rate_limits.key IS 'The limit''s name, and a hash of whom it counts';
COMMENT ON COLUMN rate_limits.free_at IS
'When nothing counts any more: each attempt puts it off by the time that one takes to regain';
COMMENT ON COLUMN rate_limits.is_allowed IS 'Whether the last attempt was within the limit';

CREATE INDEX rate_limits_free_at_idx ON rate_limits (free_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limits TO bank_application;

-- migrate:down
DROP TABLE rate_limits;
