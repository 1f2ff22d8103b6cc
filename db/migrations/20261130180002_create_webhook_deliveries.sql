-- An event that an endpoint does not take is tried again later, and must not hold up the others.

-- migrate:up
CREATE TABLE webhook_deliveries (
    endpoint_id bigint NOT NULL,
    position bigint NOT NULL,
    try_count bigint NOT NULL,
    next_try_at timestamptz,
    last_status bigint,
    failed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (endpoint_id, position),
    CONSTRAINT webhook_deliveries_endpoint_fkey FOREIGN KEY (endpoint_id)
    REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    CONSTRAINT webhook_deliveries_position_positive CHECK (position > 0),
    CONSTRAINT webhook_deliveries_try_count_limit CHECK (try_count BETWEEN 0 AND 10),
    CONSTRAINT webhook_deliveries_last_status_http CHECK (last_status BETWEEN 100 AND 999)
);

COMMENT ON TABLE webhook_deliveries IS
'An event that an endpoint has not taken; deleted when it has, or 30 days after the last try';
COMMENT ON COLUMN webhook_deliveries.position IS 'Of the event in the feed';
COMMENT ON COLUMN webhook_deliveries.try_count IS
'How often it was sent in vain; not counted when the server asked to wait';
COMMENT ON COLUMN webhook_deliveries.next_try_at IS 'NULL after the last try';
COMMENT ON COLUMN webhook_deliveries.last_status IS
'The HTTP status of the last try; NULL if there was no answer';

CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (endpoint_id, next_try_at)
WHERE next_try_at IS NOT NULL;
CREATE INDEX webhook_deliveries_next_try_at_idx ON webhook_deliveries (next_try_at)
WHERE next_try_at IS NOT NULL;
CREATE INDEX webhook_deliveries_failed_at_idx ON webhook_deliveries (failed_at);

GRANT SELECT, DELETE ON webhook_deliveries TO bank_application;
GRANT INSERT (endpoint_id, position, try_count, next_try_at, last_status, failed_at)
ON webhook_deliveries TO bank_application;
GRANT UPDATE (try_count, next_try_at, last_status, failed_at) ON webhook_deliveries
TO bank_application;

-- migrate:down
DROP TABLE webhook_deliveries;
