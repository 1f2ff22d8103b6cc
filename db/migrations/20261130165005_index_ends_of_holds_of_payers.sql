-- The feed of an account reads the ends of its holds by position.

-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS holds_from_account_end_idx
ON holds (from_account_id, end_position) WHERE end_position IS NOT NULL;

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY holds_from_account_end_idx;
