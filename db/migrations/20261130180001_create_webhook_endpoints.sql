-- Customers and bankers want what happens sent to servers of their own, in order and without a gap.

-- migrate:up
CREATE TYPE webhook_status AS ENUM ('active', 'failing', 'paused', 'disabled');

COMMENT ON TYPE webhook_status IS
'Whether events are sent to an endpoint: all, a probe now and then, or none until it is resumed';

CREATE TABLE webhook_endpoints (
    id bigint GENERATED ALWAYS AS IDENTITY,
    owner text,
    url text NOT NULL,
    types text[],
    sealed_secret text NOT NULL,
    sealed_previous_secret text,
    previous_until timestamptz,
    status webhook_status NOT NULL DEFAULT 'active',
    position bigint NOT NULL,
    replay_position bigint,
    replay_until_position bigint,
    failure_count bigint NOT NULL DEFAULT 0,
    probe_count bigint NOT NULL DEFAULT 0,
    failing_since timestamptz,
    retry_at timestamptz,
    recovered_at timestamptz,
    last_tried_at timestamptz,
    last_status bigint,
    lease_token uuid,
    leased_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_endpoints_owner_fkey FOREIGN KEY (owner) REFERENCES users (username),
    CONSTRAINT webhook_endpoints_url_http CHECK (url ~ '^https?://[^/@?#]+'),
    CONSTRAINT webhook_endpoints_url_length CHECK (length(url) <= 2000),
    CONSTRAINT webhook_endpoints_types_count CHECK (cardinality(types) BETWEEN 1 AND 100),
    CONSTRAINT webhook_endpoints_previous_needs_until CHECK (
        (sealed_previous_secret IS NULL) = (previous_until IS NULL)
    ),
    CONSTRAINT webhook_endpoints_position_not_negative CHECK (position >= 0),
    CONSTRAINT webhook_endpoints_replay_ends CHECK (
        (replay_position IS NULL) = (replay_until_position IS NULL)
        AND coalesce(replay_position BETWEEN 0 AND replay_until_position - 1, true)
    ),
    CONSTRAINT webhook_endpoints_counts_not_negative CHECK (
        failure_count >= 0 AND probe_count >= 0
    ),
    CONSTRAINT webhook_endpoints_failing_since_when CHECK (
        status <> 'failing' OR (failing_since IS NOT NULL AND retry_at IS NOT NULL)
    ),
    CONSTRAINT webhook_endpoints_last_status_http CHECK (last_status BETWEEN 100 AND 999),
    CONSTRAINT webhook_endpoints_lease_ends CHECK (
        (lease_token IS NULL) = (leased_until IS NULL)
    )
);

COMMENT ON TABLE webhook_endpoints IS
'A server to which events are sent, and how far it has got them';
COMMENT ON COLUMN webhook_endpoints.owner IS
'The customer who is told of what concerns them; NULL for the bank''s own, which is told of all';
COMMENT ON COLUMN webhook_endpoints.types IS 'The events that are sent; NULL for all';
COMMENT ON COLUMN webhook_endpoints.sealed_secret IS
'The secret that signs, encrypted with the bank''s keys';
COMMENT ON COLUMN webhook_endpoints.sealed_previous_secret IS
'The secret before it, which signs along until previous_until';
COMMENT ON COLUMN webhook_endpoints.position IS
'All events up to this position were taken by the server, or are parked in webhook_deliveries';
COMMENT ON COLUMN webhook_endpoints.replay_position IS
'The same of events that are sent once more, up to replay_until_position';
COMMENT ON COLUMN webhook_endpoints.failure_count IS 'First tries that failed in a row';
COMMENT ON COLUMN webhook_endpoints.probe_count IS
'Probes that failed since the endpoint is failing';
COMMENT ON COLUMN webhook_endpoints.failing_since IS 'Since when no try has succeeded';
COMMENT ON COLUMN webhook_endpoints.retry_at IS 'Nothing is sent earlier';
COMMENT ON COLUMN webhook_endpoints.recovered_at IS
'When a failing endpoint answered again; it is sent less at first, until it has caught up';
COMMENT ON COLUMN webhook_endpoints.last_status IS
'The HTTP status of the last try; NULL if there was no answer';
COMMENT ON COLUMN webhook_endpoints.lease_token IS 'The one worker that may send now';

CREATE INDEX webhook_endpoints_owner_idx ON webhook_endpoints (owner, id);
CREATE INDEX webhook_endpoints_running_idx ON webhook_endpoints (id)
WHERE status IN ('active', 'failing');
CREATE INDEX webhook_endpoints_retry_at_idx ON webhook_endpoints (retry_at)
WHERE status IN ('active', 'failing') AND retry_at IS NOT NULL;

CREATE TRIGGER webhook_endpoints_only_forward
AFTER UPDATE ON webhook_endpoints
FOR EACH ROW
WHEN (new.position < old.position OR new.owner IS DISTINCT FROM old.owner)
EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT, DELETE ON webhook_endpoints TO bank_application;
GRANT INSERT (owner, url, types, sealed_secret, position) ON webhook_endpoints
TO bank_application;
GRANT UPDATE (
    url, types, sealed_secret, sealed_previous_secret, previous_until, status, position,
    replay_position, replay_until_position, failure_count, probe_count, failing_since, retry_at,
    recovered_at, last_tried_at, last_status, lease_token, leased_until
) ON webhook_endpoints TO bank_application;

-- migrate:down
DROP TABLE webhook_endpoints;

DROP TYPE webhook_status;
