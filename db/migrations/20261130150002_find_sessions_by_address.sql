-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY sessions_username_client_address_idx
ON sessions (username, client_address);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY sessions_username_client_address_idx;
