-- How much happens is counted when it is stored, so that a chart of a year reads some hundred rows.

-- migrate:up
CREATE TYPE bucket AS ENUM ('minute', 'hour', 'day');

CREATE TABLE event_counts (
    bucket bucket NOT NULL,
    began_at timestamptz NOT NULL,
    type text NOT NULL,
    event_count bigint NOT NULL,
    CONSTRAINT event_counts_pkey PRIMARY KEY (bucket, began_at, type),
    CONSTRAINT event_counts_count_positive CHECK (event_count > 0)
);

COMMENT ON TABLE event_counts IS
'How many events of a type happened in each minute, hour and day (UTC), by the time of the event';

-- migrate:down
DROP TABLE event_counts;
DROP TYPE bucket;
