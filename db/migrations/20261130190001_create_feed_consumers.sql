-- Programs that take the feed elsewhere, such as to Kafka, go on where they were, one process at a
-- time.

-- migrate:up
CREATE TABLE feed_consumers (
    name text NOT NULL,
    epoch bigint NOT NULL,
    position bigint NOT NULL,
    lease_token uuid,
    leased_until timestamptz,
    set_back_count bigint NOT NULL DEFAULT 0,
    resumed_count bigint NOT NULL DEFAULT 0,
    last_error text,
    CONSTRAINT feed_consumers_pkey PRIMARY KEY (name),
    CONSTRAINT feed_consumers_name_shape
    CHECK (name ~ '^[a-z][a-z0-9_]{0,29}(:[1-9][0-9]{0,18})?$'),
    CONSTRAINT feed_consumers_epoch_positive CHECK (epoch > 0),
    CONSTRAINT feed_consumers_position_not_negative CHECK (position >= 0),
    CONSTRAINT feed_consumers_lease_ends CHECK ((lease_token IS NULL) = (leased_until IS NULL)),
    CONSTRAINT feed_consumers_resumed_within_set_back CHECK (
        resumed_count BETWEEN 0 AND set_back_count
    ),
    CONSTRAINT feed_consumers_last_error_length CHECK (char_length(last_error) <= 500)
);

COMMENT ON TABLE feed_consumers IS
'Who takes the feed of events elsewhere, and how far each is; one process at a time has its lease';
COMMENT ON COLUMN feed_consumers.name IS 'Its kind, and a number where there are several';
COMMENT ON COLUMN feed_consumers.position IS 'All up to this position was taken';
COMMENT ON COLUMN feed_consumers.lease_token IS 'Known to the process that has the lease';
COMMENT ON COLUMN feed_consumers.set_back_count IS
'How often an operator has set it back, so that it takes events again';
COMMENT ON COLUMN feed_consumers.resumed_count IS
'How many of these it has followed; until it has followed all, the position is where it goes on';
COMMENT ON COLUMN feed_consumers.last_error IS 'Why it does not get on; NULL once it does';

CREATE TRIGGER feed_consumers_only_forward
AFTER UPDATE ON feed_consumers
FOR EACH ROW
WHEN (
    new.set_back_count < old.set_back_count
    OR new.resumed_count < old.resumed_count
    OR (
        (new.epoch, new.position) < (old.epoch, old.position)
        AND new.set_back_count = old.set_back_count
    )
)
EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT ON feed_consumers TO bank_application;
GRANT INSERT (name, epoch, position) ON feed_consumers TO bank_application;
GRANT UPDATE (epoch, position, lease_token, leased_until, resumed_count, last_error)
ON feed_consumers TO bank_application;

-- migrate:down
DROP TABLE feed_consumers;
