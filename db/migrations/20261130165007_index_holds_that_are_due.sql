-- The job that notes expired holds finds those that are due.

-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS holds_due_idx
ON holds (expires_at, id) WHERE status = 'open' AND end_position IS NULL;

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY holds_due_idx;
