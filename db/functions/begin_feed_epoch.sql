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
