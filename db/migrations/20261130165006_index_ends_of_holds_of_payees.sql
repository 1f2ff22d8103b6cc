-- The feed of an account reads the ends of the holds for it by position.

-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS holds_to_account_end_idx
ON holds (to_account_id, end_position) WHERE end_position IS NOT NULL;

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY holds_to_account_end_idx;
