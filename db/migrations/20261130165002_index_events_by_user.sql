-- The feed of a customer reads the audit events of the customer by position.

-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_events_username_idx ON audit_events (username, id);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY audit_events_username_idx;
