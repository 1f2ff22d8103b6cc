-- The feed reads the ends of holds by position.

-- migrate:up transaction:false
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS holds_end_position_key
ON holds (end_position);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY holds_end_position_key;
