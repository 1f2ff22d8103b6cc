-- The feed shows positions up to a horizon that no transaction can still commit behind, so that no
-- reader misses what commits late.

-- migrate:up
CREATE TABLE feed_horizon (
    only_row boolean NOT NULL DEFAULT true,
    epoch bigint NOT NULL DEFAULT 1,
    first_position bigint NOT NULL,
    settled_position bigint NOT NULL DEFAULT 0,
    pending_position bigint NOT NULL DEFAULT 0,
    barrier xid8 NOT NULL DEFAULT '0',
    CONSTRAINT feed_horizon_pkey PRIMARY KEY (only_row),
    CONSTRAINT feed_horizon_one_row CHECK (only_row),
    CONSTRAINT feed_horizon_epoch_positive CHECK (epoch > 0),
    CONSTRAINT feed_horizon_settled_within_pending CHECK (
        settled_position BETWEEN 0 AND pending_position
    )
);

COMMENT ON TABLE feed_horizon IS 'How far the feed of events shows what has happened; one row';
COMMENT ON COLUMN feed_horizon.epoch IS
'Raised when the history is another than readers have seen; their cursors are of an epoch';
COMMENT ON COLUMN feed_horizon.first_position IS
'Holds and audit events with lower ids have them from a sequence of their own, and are not shown';
COMMENT ON COLUMN feed_horizon.settled_position IS
'No transaction can commit anything up to this position any more: the feed shows it';
COMMENT ON COLUMN feed_horizon.pending_position IS
'What will be settled once all transactions up to the barrier have ended';
COMMENT ON COLUMN feed_horizon.barrier IS 'The transaction that noted the pending position';

INSERT INTO feed_horizon (first_position)
SELECT p.last_value + p.is_called::int
FROM positions AS p;

CREATE TRIGGER feed_horizon_only_forward
AFTER UPDATE ON feed_horizon
FOR EACH ROW
WHEN (
    new.epoch < old.epoch
    OR new.settled_position < old.settled_position
    OR new.pending_position < old.pending_position
    OR new.first_position <> old.first_position
)
EXECUTE FUNCTION refuse_rewrite();

CREATE TRIGGER feed_horizon_stays
AFTER DELETE OR TRUNCATE ON feed_horizon
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT ON feed_horizon TO bank_application;

-- from db/functions/advance_feed.sql -- noqa: disable=all
-- Moves the horizon of the feed forward: up to the settled position nobody can still commit. To be
-- called in a transaction of its own. One call settles what the call before it noted, if all who
-- were at work then have ended. The order of the three steps is why that is certain.
CREATE OR REPLACE FUNCTION advance_feed() RETURNS TABLE (
    epoch bigint,
    first_position bigint,
    settled_position bigint,
    drawn_position bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    last_drawn bigint;
    horizon feed_horizon;
BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        RAISE EXCEPTION 'advance_feed has to be called in a transaction of its own'
            USING ERRCODE = 'active_sql_transaction';
    END IF;
    -- 1. Whoever has drawn a number up to this one got a transaction id before (next_position).
    SELECT p.last_value - (NOT p.is_called)::int INTO last_drawn FROM positions AS p;

    -- Without a lock where nothing is to be done.
    SELECT * INTO STRICT horizon FROM feed_horizon;
    IF horizon.settled_position < last_drawn
        AND (
            horizon.barrier < pg_snapshot_xmin(pg_current_snapshot())
            OR horizon.barrier >= pg_snapshot_xmax(pg_current_snapshot())
        )
    THEN
        -- 2. Only now do we get one, which is younger than all of theirs. Who finds another at it
        -- need not wait.
        SELECT * INTO horizon FROM feed_horizon FOR NO KEY UPDATE SKIP LOCKED;
        -- 3. If all transactions up to the barrier have ended, so have those that had drawn a
        -- number up to the pending position. A barrier from the future is of another server, whose
        -- dump this was.
        IF FOUND
            AND (
                horizon.barrier < pg_snapshot_xmin(pg_current_snapshot())
                OR horizon.barrier > pg_current_xact_id()
            )
        THEN
            UPDATE feed_horizon AS f
            SET settled_position = f.pending_position,
                pending_position = greatest(f.pending_position, last_drawn),
                barrier = pg_current_xact_id();
        END IF;
    END IF;
    RETURN QUERY
    SELECT f.epoch, f.first_position, f.settled_position, last_drawn
    FROM feed_horizon AS f;
END
$$;

COMMENT ON FUNCTION advance_feed IS
'Settles the positions that nobody can commit any more, so that the feed shows them';

REVOKE EXECUTE ON FUNCTION advance_feed FROM public;
GRANT EXECUTE ON FUNCTION advance_feed TO bank_application;
-- end of advance_feed -- noqa: enable=all

-- from db/functions/begin_feed_epoch.sql -- noqa: disable=all
-- Begins a new epoch of the feed, for a database whose history is another than readers have seen:
-- it was restored to an earlier time, or lost commits in a failover. Returns the epoch. No position
-- that was drawn in the lost part of the history is drawn again.
CREATE OR REPLACE FUNCTION begin_feed_epoch() RETURNS bigint
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    new_epoch bigint;
BEGIN
    PERFORM setval('positions', nextval('positions') + 1000000);
    UPDATE feed_horizon AS f SET epoch = f.epoch + 1 RETURNING f.epoch INTO STRICT new_epoch;
    INSERT INTO audit_events (action, subject, actor)
    VALUES ('feed.epoch_begun', 'feed:' || new_epoch, NULL);
    RETURN new_epoch;
END
$$;

COMMENT ON FUNCTION begin_feed_epoch IS
'Begins a new epoch of the feed, after which readers with earlier cursors have to start over';

REVOKE EXECUTE ON FUNCTION begin_feed_epoch FROM public;
-- end of begin_feed_epoch -- noqa: enable=all

-- migrate:down
DROP FUNCTION begin_feed_epoch();

DROP FUNCTION advance_feed();

DROP TABLE feed_horizon;
