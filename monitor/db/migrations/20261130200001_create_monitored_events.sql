-- The monitor keeps the events of a bank, in parts that can be dropped when they are old.

-- migrate:up
CREATE FUNCTION partition_size() RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN 1000000;

COMMENT ON FUNCTION partition_size IS 'How many positions of the feed one partition covers';

CREATE TABLE monitored_events (
    position bigint NOT NULL,
    generation bigint NOT NULL,
    epoch bigint NOT NULL,
    type text NOT NULL,
    happened_at timestamptz NOT NULL,
    subject text NOT NULL,
    account_ids bigint[] NOT NULL,
    request_id text,
    data jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    username text GENERATED ALWAYS AS (
        CASE WHEN type = 'session.opened' THEN data ->> 'username' END
    ) STORED,
    from_account_id bigint GENERATED ALWAYS AS (
        CASE WHEN type = 'transfer.posted' THEN (data ->> 'from_account_id')::bigint END
    ) STORED,
    to_account_id bigint GENERATED ALWAYS AS (
        CASE WHEN type = 'transfer.posted' THEN (data ->> 'to_account_id')::bigint END
    ) STORED,
    transfer_kind text GENERATED ALWAYS AS (
        CASE WHEN type = 'transfer.posted' THEN data ->> 'kind' END
    ) STORED,
    frozen_account_id bigint GENERATED ALWAYS AS (
        CASE WHEN type = 'account.frozen' THEN (data ->> 'account_id')::bigint END
    ) STORED,
    CONSTRAINT monitored_events_pkey PRIMARY KEY (position, generation),
    CONSTRAINT monitored_events_position_positive CHECK (position > 0)
) PARTITION BY RANGE (position);

COMMENT ON TABLE monitored_events IS 'Events of the bank, each once in a generation';
COMMENT ON COLUMN monitored_events.generation IS
'Which reading of the feed; each feed_rewound of the bank begins another one';
COMMENT ON COLUMN monitored_events.epoch IS
'The epoch in the id of the event: its id is epoch-position';

CREATE INDEX monitored_events_logins_idx ON monitored_events (username, position)
WHERE username IS NOT NULL;

CREATE INDEX monitored_events_from_account_idx ON monitored_events (from_account_id, position)
WHERE from_account_id IS NOT NULL;

CREATE INDEX monitored_events_to_account_idx ON monitored_events (to_account_id, position)
WHERE to_account_id IS NOT NULL;

CREATE INDEX monitored_events_withdrawals_idx ON monitored_events (from_account_id, position)
WHERE transfer_kind = 'withdrawal';

CREATE INDEX monitored_events_frozen_idx ON monitored_events (frozen_account_id, position)
WHERE frozen_account_id IS NOT NULL;

-- Attaching a table locks out no reader, as creating it in place would.
CREATE FUNCTION make_partition(at_position bigint) RETURNS boolean
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    lower_bound constant bigint := at_position / partition_size() * partition_size();
    name constant text := format('monitored_events_%s', lower_bound);
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock('monitored_events'::regclass::oid::bigint);
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format(
        'CREATE TABLE %I (LIKE monitored_events INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS)',
        name
    );
    EXECUTE format(
        'ALTER TABLE monitored_events ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        name, lower_bound, lower_bound + partition_size()
    );
    RETURN true;
END
$$;

COMMENT ON FUNCTION make_partition IS
'Makes the partition of a position unless it exists; whether it has made it';

-- migrate:down
DROP FUNCTION make_partition;
DROP TABLE monitored_events;
DROP FUNCTION partition_size;
