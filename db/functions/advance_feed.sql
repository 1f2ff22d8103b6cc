-- Moves the horizon of the feed forward: up to the settled position nobody can still commit. To be
-- called in a transaction of its own. One call settles what the call before it noted, if all who
-- were at work then have ended. The order of the three steps is why that is certain.
CREATE OR REPLACE FUNCTION advance_feed() RETURNS TABLE (
    epoch bigint,
    first_position bigint,
    settled_position bigint,
    drawn_position bigint,
    is_standby boolean
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

    -- Without a lock where nothing is to be done, or where nothing can be.
    SELECT * INTO STRICT horizon FROM feed_horizon;
    IF horizon.settled_position < last_drawn
        AND NOT current_setting('transaction_read_only')::boolean
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
    SELECT f.epoch, f.first_position, f.settled_position, last_drawn, pg_is_in_recovery()
    FROM feed_horizon AS f;
END
$$;

COMMENT ON FUNCTION advance_feed IS
'Settles the positions that nobody can commit any more, so that the feed shows them';

REVOKE EXECUTE ON FUNCTION advance_feed FROM public;
GRANT EXECUTE ON FUNCTION advance_feed TO bank_application;
