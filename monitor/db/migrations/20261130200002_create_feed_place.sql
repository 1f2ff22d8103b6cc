-- The place in the feed stands beside the events, so that one transaction moves both.

-- migrate:up
CREATE TABLE feed_place (
    is_only boolean NOT NULL DEFAULT true,
    generation bigint NOT NULL DEFAULT 1,
    next_cursor text,
    epoch bigint,
    position bigint NOT NULL DEFAULT 0,
    newest_at timestamptz,
    dropped_position bigint NOT NULL DEFAULT 0,
    acts_from timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz,
    caught_up_at timestamptz,
    behind_since timestamptz,
    trouble text,
    trouble_since timestamptz,
    record_offset bigint,
    CONSTRAINT feed_place_pkey PRIMARY KEY (is_only),
    CONSTRAINT feed_place_one_row CHECK (is_only),
    CONSTRAINT feed_place_trouble_with_time CHECK ((trouble IS NULL) = (trouble_since IS NULL))
);

COMMENT ON TABLE feed_place IS 'How far the feed of the bank is read, in one row';
COMMENT ON COLUMN feed_place.next_cursor IS 'Leads on; NULL: nothing of the generation is read';
COMMENT ON COLUMN feed_place.position IS 'Events of this generation are counted up to here';
COMMENT ON COLUMN feed_place.newest_at IS 'When the last event that was read happened';
COMMENT ON COLUMN feed_place.dropped_position IS 'Events up to here were dropped for their age';
COMMENT ON COLUMN feed_place.acts_from IS 'Rules judge no event that happened before';
COMMENT ON COLUMN feed_place.answered_at IS 'When the bank last answered with a page of the feed';
COMMENT ON COLUMN feed_place.caught_up_at IS 'When there was last nothing more to read';
COMMENT ON COLUMN feed_place.behind_since IS 'Since when there is more to read, if there is';
COMMENT ON COLUMN feed_place.trouble IS 'Why the bank cannot be read at present';
COMMENT ON COLUMN feed_place.record_offset IS 'Of the next record of the Kafka topic';

INSERT INTO feed_place DEFAULT VALUES;

CREATE TABLE feed_generations (
    generation bigint NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    left_cursor text,
    settled_at timestamptz,
    lost_event_count bigint,
    CONSTRAINT feed_generations_pkey PRIMARY KEY (generation),
    CONSTRAINT feed_generations_settled_has_a_count
    CHECK ((settled_at IS NULL) = (lost_event_count IS NULL))
);

COMMENT ON TABLE feed_generations IS 'Each time the bank was set back and its feed is read anew';
COMMENT ON COLUMN feed_generations.left_cursor IS 'Where the reading before had come to';
COMMENT ON COLUMN feed_generations.settled_at IS
'When the feed was read again, and what did not come again was moved to lost_events';

CREATE TABLE lost_events (
    generation bigint NOT NULL,
    position bigint NOT NULL,
    epoch bigint NOT NULL,
    type text NOT NULL,
    happened_at timestamptz NOT NULL,
    subject text NOT NULL,
    account_ids bigint[] NOT NULL,
    request_id text,
    data jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT lost_events_pkey PRIMARY KEY (position, generation)
);

COMMENT ON TABLE lost_events IS
'Events that the bank told of and does not know any more, because its database was set back';

-- A partition is dropped as a whole: one of its events that is young keeps all of them, and so does
-- the place of the reader.
CREATE FUNCTION drop_oldest_partition(older_than timestamptz) RETURNS text
LANGUAGE plpgsql
SET search_path = public, pg_temp
SET lock_timeout = '2s' -- readers queue behind a DROP that waits
AS $$
DECLARE
    name text;
    lower_bound bigint;
    is_young boolean;
BEGIN
    SELECT c.relname, substring(c.relname FROM '\d+$')::bigint
    INTO name, lower_bound
    FROM pg_inherits AS i
    INNER JOIN pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'monitored_events'::regclass
    ORDER BY 2
    LIMIT 1;
    PERFORM FROM feed_place AS p
    WHERE p.position >= lower_bound + partition_size()
    FOR UPDATE;
    IF NOT found THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE happened_at >= $1)', name)
    INTO is_young USING older_than;
    IF is_young THEN
        RETURN NULL;
    END IF;
    UPDATE feed_place AS p
    SET dropped_position = greatest(p.dropped_position, lower_bound + partition_size() - 1);
    EXECUTE format('DROP TABLE %I', name);
    RETURN name;
END
$$;

COMMENT ON FUNCTION drop_oldest_partition IS
'Drops the oldest partition if all of its events are older; its name, or NULL if it stays';

-- migrate:down
DROP FUNCTION drop_oldest_partition;
DROP TABLE lost_events;
DROP TABLE feed_generations;
DROP TABLE feed_place;
