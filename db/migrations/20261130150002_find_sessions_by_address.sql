-- A sign-in looks whether its user has come from that network before. Built beside the traffic, so
-- not in a transaction. If it is interrupted, drop the invalid index before migrating again.
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS sessions_username_client_address_idx
ON sessions (username, client_address);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY IF EXISTS sessions_username_client_address_idx;
