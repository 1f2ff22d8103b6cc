-- The feed of one type of event reads the audit events of that type by position.

-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_events_action_idx ON audit_events (action, id);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY audit_events_action_idx;
