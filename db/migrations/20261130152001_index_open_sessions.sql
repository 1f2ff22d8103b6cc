-- Each login, and the list of one's sessions, find the open ones among many that have ended. Built
-- beside the traffic, so not in a transaction. If it is interrupted, drop the invalid index before
-- migrating again.
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS sessions_open_idx
ON sessions (username, number) WHERE ended_at IS NULL;

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY IF EXISTS sessions_open_idx;
